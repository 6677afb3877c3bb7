"""The words of feeds: names of elements and of types as the strict reader knows them, by what they mean for an entry."""

from __future__ import annotations

PLAIN, HTML, XHTML = "text/plain", "text/html", "application/xhtml+xml"
TYPES = {"text": PLAIN, "plain": PLAIN, PLAIN: PLAIN, "html": HTML, HTML: HTML, "xhtml": XHTML, XHTML: XHTML}
PERSON = {"name": "name", "itunes_name": "name", "email": "email", "itunes_email": "email", "uri": "", "url": "", "homepage": ""}
IN_SOURCE = frozenset({
    "title", "id", "link", "updated", "published", "author", "contributor", "rights", "subtitle", "generator", "category", "icon",
    "logo",
})  # fmt: skip
TITLES = {"title": "title", "dc_title": "title", "media_title": "media_title"}
SUMMARIES = {
    "description": HTML, "dc_description": HTML, "media_description": HTML,
    "summary": PLAIN, "itunes_summary": PLAIN, "abstract": PLAIN,
}  # fmt: skip
CONTENTS = {"content": PLAIN, "content_encoded": HTML}
OTHER_TEXTS = frozenset({
    "rights", "copyright", "dc_rights", "subtitle", "tagline", "itunes_subtitle", "info", "feedburner_browserfriendly",
})  # fmt: skip
TEXTS = frozenset({*TITLES, *SUMMARIES, *CONTENTS, *OTHER_TEXTS})
SAID = {
    "published": "published issued pubdate dcterms_issued",
    "updated": "updated modified lastbuilddate dc_date dcterms_modified",
    "created": "created dcterms_created",
    "language": "language dc_language",
}
AUTHORS = ("author", "managingeditor", "dc_author", "dc_creator", "itunes_author")
# Names that the tolerant reader takes for parts of its own records, or that stand where no feed has them.
ODD = (
    "item", "entry", "channel", "feed", "rss", "body", "xhtml_body", "fullitem", "itunes_owner", "textinput", "date", "date_parsed",
    "authors", "author_detail", "links", "source_detail", "title_detail", "summary_detail", "content_detail", "published_parsed",
    "updated_parsed", "created_parsed",
)  # fmt: skip
