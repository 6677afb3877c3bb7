"""The layout of the digest: a golden text, the same facts in HTML, and hostile words that stay words."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError

from monitor.inform.digest import Digest, DigestQuery, compose
from monitor.inform.render import LINE_WIDTH, clean, render, render_digest, safe_url, template_dir, wrap
from monitor.inform.wording import text_lang
from monitor.model import EventDates, EventOffer, Mail, Triage
from tests.inform.episode import assessment, draft_rule, event, evidence, exposure, query, rule_exposure

GOLDEN = Path(__file__).parent / "golden"
VOID = {"meta", "br", "img", "link", "hr", "input"}
HOSTILE = (
    "<script>alert(1)</script>",
    "<svg/onload=alert(1)>x",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "a\r\nBcc: e@example.org",
    "=?utf-8?q?=0D=0ABcc:_e@example.org?=",
    "\u202egnp.exe",
    "\x00\x0b\x1b[31m",
    "\ud800",
    "百度提供五千万免费 tokens",
    "x" * 300,
    "\n.\n",
    "\u2028--\u2029",
)


class Page(HTMLParser):
    """What a reader of the HTML meets: visible text, tags, attributes, links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        if not {"style", "title"} & set(self.open):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    @property
    def links(self) -> list[str]:
        return [value for name, value in self.attributes if name == "href"]


def mailed(asked: DigestQuery) -> tuple[Digest, Mail]:
    digest = compose(asked)
    assert isinstance(digest, Digest)
    return digest, render_digest(digest)


def full_query() -> DigestQuery:
    """Every section at once: an urgent and a new event, a change, a data problem, offers in Chinese; and something settled."""
    accepted = Triage(number=1, state="accepted", by="Ann", reason="moves to Qwen", until=date(2024, 7, 5))
    zh = event(
        "evt_zh",
        type="service_ban",
        title="有关部门要求停用",
        providers={"nvidia": "targeted"},
        dates=EventDates(effective=date(2024, 7, 1)),
        evidence=(evidence("有关部门要求在七月一日前停止使用", "https://example.cn/通知"),),
        date_conflicts={"effective": (date(2024, 7, 1), date(2024, 7, 2))},
    )
    return query(
        events=(event(), draft_rule(dates=EventDates(comment=date(2024, 8, 11))), zh),
        exposures=(
            exposure(),
            exposure(system="batch-translation", triage=accepted),
            rule_exposure(deadline=date(2024, 8, 11)),
            exposure("evt_zh", provider="nvidia", type="service_ban", deadline=date(2024, 7, 1)),
        ),
        previous_as_of=event().first_seen_at,
        previous_events=(draft_rule(),),
        previous_exposures=(rule_exposure(),),
    )


def test_text_is_the_golden_file() -> None:
    _, mail = mailed(full_query())
    assert mail.text == (GOLDEN / "digest.txt").read_text("utf-8")


def _flat(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_html_and_text_carry_the_same_facts() -> None:
    digest, mail = mailed(full_query())
    html, text = _flat(Page(mail.html).text), _flat(mail.text)
    links = Page(mail.html).links
    for section in digest.sections:
        assert _flat(section.heading) in html
        assert _flat(section.heading.upper()) in text
        for entry in section.entries:
            told = [entry.title, entry.note, *(part for fact in entry.facts for part in (fact.label, fact.text))]
            assert [words for words in told if _flat(words) not in html] == []
            assert [words for words in told if _flat(words) not in text] == []
            for url in filter(None, [entry.url, *(fact.url for fact in entry.facts)]):
                assert url in mail.text
                assert url in links or any(part.key == "problems" for part in [section])
    for line in digest.footer:
        assert _flat(line) in html
        assert _flat(line) in text


def test_html_is_small_plain_and_well_formed() -> None:
    _, mail = mailed(full_query())
    page = Page(mail.html)
    assert page.open == []
    assert len(mail.html.encode()) < 60_000
    assert not {"img", "script", "link", "svg", "iframe", "form"} & set(page.tags)
    assert {"h1", "h2", "h3"} <= set(page.tags)
    assert ("lang", "en") in page.attributes
    assert ("lang", "zh-Hans") in page.attributes
    assert "url(" not in mail.html
    assert all(link.startswith("https://") for link in page.links)


def test_a_large_digest_stays_below_60_kb() -> None:
    many = tuple(event(f"evt_{n:03}", title="T" * 300, evidence=(evidence("q" * 500),)) for n in range(60))
    _, mail = mailed(query(events=many, exposures=tuple(exposure(e.id) for e in many)))
    assert len(mail.html.encode()) < 60_000


def _columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)


@pytest.mark.parametrize("words", HOSTILE, ids=ascii)
def test_hostile_words_stay_words(words: str) -> None:
    told = event(title=words, evidence=(evidence(words, "javascript:alert(1)"),))
    offer = EventOffer(provider="zhipu", kind="free_tokens", amount=words)
    told_by = assessment().alternatives[0].model_copy(update={"offers": (offer,)})
    names = {"openai": words or "x"}
    _, mail = mailed(query(events=(told,), exposures=(exposure(),), names=names, assessments=(assessment(alternatives=(told_by,)),)))
    page = Page(mail.html)
    assert page.open == []
    assert not {"script", "svg", "img"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert not [link for link in page.links if not link.startswith(("https://", "#"))]
    assert "javascript:" not in mail.text
    assert "49" not in mail.subject
    assert all(sign.isprintable() or sign == "\n" for sign in mail.text)
    (mail.subject + mail.text + mail.html).encode("utf-8")


def test_lines_of_the_text_fit_unless_they_are_links() -> None:
    _, mail = mailed(query(events=(event(title="百度" * 90), draft_rule(title="word " * 60))))
    assert [line for line in mail.text.splitlines() if _columns(line) > LINE_WIDTH and "://" not in line] == []


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400))
def test_wrap_keeps_the_words_and_the_width(text: str) -> None:
    wrapped = wrap(text, "  What: ")
    assert _flat(wrapped) == _flat("What:" + clean(text))
    assert [line for line in wrapped.split("\n") if _columns(line) > LINE_WIDTH and "://" not in line] == []


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_clean_is_one_printable_line(text: str) -> None:
    assert clean(text).isprintable()
    assert clean(clean(text)) == clean(text)


URLS = [
    ("https://a.example/x?y=1", "https://a.example/x?y=1"),
    ("http://a.example", "http://a.example"),
    ("javascript:alert(1)", "#"),
    ("data:text/html,x", "#"),
    (" JaVaScRiPt:alert(1)", "#"),
    ("//a.example", "#"),
    ("https://", "#"),
    ("https://[", "#"),
    ("", "#"),
    ("java\nscript:alert(1)", "#"),
    ("file:///etc/passwd", "#"),
]


@pytest.mark.parametrize(("url", "shown"), URLS, ids=[url for url, _ in URLS])
def test_only_web_links_are_links(url: str, shown: str) -> None:
    assert safe_url(url) == shown


def test_chinese_text_is_marked_for_the_right_glyphs() -> None:
    assert (text_lang("智谱 AI"), text_lang("Zhipu AI")) == ("zh-Hans", "en")


def test_a_missing_name_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render("mail/digest/body.html")


def test_no_template_switches_escaping_off_or_reaches_outside() -> None:
    for path in template_dir().rglob("*.html"):
        source = path.read_text("utf-8")
        assert "|safe" not in source.replace(" ", "").replace("|safe_url", ""), path
        assert "autoescape" not in source, path
        assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", source), path
