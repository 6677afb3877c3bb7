"""Pages for tests: a vendor's list of countries, an authority's list of news, terms with clauses; and what stands around them."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.collect.page.extract import page_entry
from monitor.collect.page.watch import sighting
from monitor.model import Document, Entry, Source
from tests.collect.bodies import feed_source, response

ADDRESS = "https://vendor.example/countries"
COUNTRIES = ("Albania", "Algeria", "Belgium", "Brazil", "Chad", "Denmark", "Estonia", "Fiji", "Ghana", "Zambia")
CLAUSES = (
    "You may use the service only from a place that we support.",
    "We may suspend an account that breaks these terms, after a notice of thirty days.",
    "Fees are due at the end of the month in which they arise and are not refunded.",
    "Either side may end the agreement with a notice of sixty days to the other one.",
)
NEWS = (
    ("Designations relating to shipping", "June 20, 2024"),
    ("Amended licence for grain", "June 12, 2024"),
    ("Removal of two names", "June 3, 2024"),
    ("Advice on diluents", "May 28, 2024"),
)


def source(url: str = ADDRESS) -> Source:
    return feed_source(format="page", kind="vendor_terms").model_copy(update={"url": url})


def html(content: str, *, title: str = "Supported countries", before: str = "", after: str = "") -> str:
    """A whole page around `content`."""
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title><script>var nonce="{abs(hash(content))}"</script></head><body>'
        f"<header><a href=/>Vendor</a></header><nav><ul><li>Prices<li>News</ul></nav>{before}<main><h1>{title}</h1>{content}</main>{after}"
        "<footer>© 2024 Vendor</footer></body></html>"
    )


def rows(texts: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{text}</li>" for text in texts) + "</ul>"


def news(items: Iterable[tuple[str, str]]) -> str:
    return "".join(f'<div class="views-row"><div><a href=#>{title}</a></div><div>{day} - Actions</div></div>' for title, day in items)


def paragraphs(texts: Iterable[str]) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def entry(page: str, content_type: str = "text/html", url: str = ADDRESS) -> Entry:
    """What is extracted of a page."""
    return page_entry(page, source(), response(page.encode(), content_type, url))


def lines(page: str) -> list[str]:
    return entry(page).html.split("<br>")


def known(page: str, chain: Document | None = None) -> Document:
    """The document that stands for `page` when it is fetched, after `chain`; it must be a first sighting or a real change."""
    from monitor.collect.document import documents
    from tests.collect.wire import NOW

    seen = sighting(entry(page), chain, today=NOW.date())
    assert seen is not None
    (document,) = documents(source(), [seen.entry], {}, NOW)
    return document.model_copy(update={"snapshot": seen.snapshot})
