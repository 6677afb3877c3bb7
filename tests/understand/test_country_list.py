"""A country that leaves a vendor's list: told as a cut by that vendor; renamed, reordered, re-told or added ones never."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.catalog import load_catalog, place_named
from monitor.collect.document import documents
from monitor.collect.page.extract import page_entry
from monitor.collect.page.watch import sighting
from monitor.model import Document, Signal, Source, Tagging
from monitor.understand.tag import Tagger
from tests.collect.bodies import response
from tests.collect.pages import html, paragraphs, rows

SEEN = datetime(2025, 3, 4, 9, tzinfo=UTC)
NAMES = (
    "Albania", "Algeria", "Belgium", "Brazil", "Chad", "Denmark", "Estonia", "Fiji", "France", "Ghana", "Hong Kong", "India", "Japan",
    "Kenya", "Lesotho", "Malta", "Nepal", "Oman", "Peru", "Qatar", "Taiwan", "Turkey", "Ukraine (with certain exceptions)", "Zambia",
)  # fmt: skip
CHINESE = (
    "加拿大", "印度", "巴西", "德国", "意大利", "挪威", "日本", "法国", "波兰",
    "泰国", "瑞士", "美国", "英国", "荷兰", "越南", "韩国", "台湾", "香港",
)  # fmt: skip
TITLE = "Supported countries and territories - OpenAI API"
NOT_HERE = "<h2>Countries that are not supported</h2>"
INTRO = "<p>Access from a place that is not listed below may lead to the account being blocked.</p>"


@cache
def rules() -> Tagger:
    return Tagger(load_catalog(), None)


@pytest.fixture
def tagger() -> Tagger:
    return rules()


def vendor(**fields: object) -> Source:
    base = {"id": "list", "name": "List", "url": "https://vendor.example/countries", "format": "page", "kind": "vendor_terms"}
    return Source.model_validate({**base, "publisher": "OpenAI", "family": "openai", "reliability": "primary", **fields})


def change(before: str, after: str, source: Source) -> Document | None:
    """The document that page watch makes of the change; None when it sees none."""
    known: Document | None = None
    for page in (before, after):
        seen = sighting(page_entry(page, source, response(page.encode(), "text/html", source.url)), known, today=SEEN.date())
        if seen is None:
            return None
        (told,) = documents(source, [seen.entry], {}, SEEN)
        known = told.model_copy(update={"snapshot": seen.snapshot})
    return known


def tagged(tagger: Tagger, document: Document | None) -> Tagging:
    assert document is not None
    (tagging,) = tagger.tag([document])
    return tagging


def told(tagger: Tagger, before: str, after: str, title: str = TITLE, **fields: object) -> tuple[Signal, ...]:
    document = change(html(before, title=title), html(after, title=title), vendor(**fields))
    return () if document is None else tagged(tagger, document).signals


def without(*gone: str, names: Iterable[str] = NAMES) -> tuple[str, ...]:
    return tuple(name for name in names if name not in gone)


def test_a_country_that_leaves_the_list_is_cut_off(tagger: Tagger) -> None:
    document = change(html(INTRO + rows(NAMES), title=TITLE), html(INTRO + rows(without("Chad")), title=TITLE), vendor())
    tagging = tagged(tagger, document)
    assert document is not None
    assert (tagging.relevant, tagging.primary, tagging.agreed) == (True, "access_restriction", True)
    (signal,) = tagging.signals
    assert (signal.providers, signal.affected, signal.issuing) == ({"openai": "restricting"}, ("TD",), ())
    assert (signal.stage, signal.modality, signal.background, signal.sectors) == ("in_force", "asserted", False, ("ai",))
    assert (signal.dates.announced, signal.dates.effective) == (date(2025, 3, 4), None)
    assert [document.full_text[q.start : q.end] for q in signal.evidence] == [q.text for q in signal.evidence] == ["- Chad"]


CUTS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "several at once": (rows(NAMES), rows(without("Chad", "Fiji", "Hong Kong")), ("TD", "FJ", "HK")),
    "the last one": (rows(NAMES), rows(NAMES[:-1]), ("ZM",)),
    "one with a note": (rows(NAMES), rows(without(NAMES[-2])), ("UA",)),
    "one goes and one comes": (rows(NAMES), rows((*without("Chad"), "Zimbabwe")), ("TD",)),
    "one goes and the rest is told in another way": (rows(NAMES), f"<p>{', '.join(sorted(without('Chad'), reverse=True))}</p>", ("TD",)),
    "from a line of names": (f"<p>{', '.join(NAMES)}.</p>", f"<p>{', '.join(without('Chad'))}.</p>", ("TD",)),
    "from a table": (
        "<table>" + "".join(f"<tr><td>{n}<td>Yes" for n in NAMES) + "</table>",
        "<table>" + "".join(f"<tr><td>{n}<td>Yes" for n in without("Chad")) + "</table>",
        ("TD",),
    ),
    "under letters": (
        "".join(f"<h3>{n[0]}</h3><div class=item>{n}</div>" for n in NAMES),
        "".join(f"<h3>{n[0]}</h3><div class=item>{n}</div>" for n in without("Chad")),
        ("TD",),
    ),
    "with a new stamp": (rows(NAMES), "<p>Last updated March 4, 2025</p>" + rows(without("Chad")), ("TD",)),
    "with a new date of the terms": (
        "<p>Effective January 1, 2025</p>" + rows(NAMES), "<p>Effective March 4, 2025</p>" + rows(without("Chad")), ("TD",)
    ),
    "Hong Kong of China is not China": (rows((*NAMES, "Hong Kong SAR, China")), rows(without("Hong Kong")), ("HK",)),
    "in Chinese": (
        "<p>支持的国家和地区</p>" + rows(CHINESE),
        "<p>支持的国家和地区</p>" + rows(without("香港", names=CHINESE)),
        ("HK",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CUTS)
def test_cuts(tagger: Tagger, case: str) -> None:
    before, after, affected = CUTS[case]
    (signal,) = told(tagger, before, after)
    assert (signal.type, signal.affected, signal.providers) == ("access_restriction", affected, {"openai": "restricting"})


NO_CUTS: dict[str, tuple[str, str]] = {
    "a country comes": (rows(NAMES), rows((*NAMES, "Zimbabwe"))),
    "renamed": (rows(NAMES), rows((*without("Turkey"), "Türkiye"))),
    "renamed to what we do not know": (rows(NAMES), rows((*without("Turkey"), "Anatolia"))),
    "with another note": (rows(NAMES), rows((*without(NAMES[-2]), "Ukraine (except occupied regions)"))),
    "a footnote": (rows(NAMES), rows((*without("Taiwan"), "Taiwan*"))),
    "told as a line": (rows(NAMES), f"<p>{', '.join(NAMES)}</p>"),
    "told as a table": (rows(NAMES), "<table>" + "".join(f"<tr><td>{n}<td>Africa" for n in NAMES) + "</table>"),
    "in another language": (rows(NAMES), rows(("Albanie", "Algérie", "Belgique", "Brésil", "Tchad", "Danemark", *NAMES[6:]))),
    "a member for its union": (rows(NAMES), rows((*without("France", "Belgium"), "European Union"))),
    "half of the list": (rows(NAMES), rows(NAMES[:12])),
    "the other half behind a button": (rows(NAMES), rows(NAMES[:15]) + "<p>Show all</p>"),
    "a short list": (rows(NAMES[:14]), rows(without("Chad", names=NAMES[:14]))),
    "a list of where not": (NOT_HERE + rows(NAMES), NOT_HERE + rows(without("Chad"))),
    "a second list of where not": (
        rows(NAMES) + "<h3>Restricted regions:</h3>" + rows(("Cuba", "Iran", "Syria")),
        rows(NAMES) + "<h3>Restricted regions:</h3>" + rows(("Cuba", "Iran")),
    ),
    "a sentence goes": (rows(NAMES) + "<p>Write to us if your country is missing.</p>", rows(NAMES)),
}  # fmt: skip


@pytest.mark.parametrize("case", NO_CUTS)
def test_no_cuts(tagger: Tagger, case: str) -> None:
    before, after = NO_CUTS[case]
    document = change(html(before, title=TITLE), html(after, title=TITLE), vendor())
    if document is not None:
        tagging = tagged(tagger, document)
        assert not tagging.relevant, tagging.signals


@pytest.mark.parametrize("title", ["Office locations", "Restricted countries", "Supported countries for returns: prohibited regions"])
def test_another_list_of_countries_is_none_of_where_it_is_offered(tagger: Tagger, title: str) -> None:
    assert told(tagger, rows(NAMES), rows(without("Chad")), title) == ()


def test_a_list_that_is_not_the_vendors_own_tells_nothing(tagger: Tagger) -> None:
    assert told(tagger, rows(NAMES), rows(without("Chad")), kind="news") == ()
    assert told(tagger, rows(NAMES), rows(without("Chad")), "Supported countries", publisher="Nobody", family="nobody") == ()


PROVIDERS = {
    ("Available regions for Google AI Studio and Gemini API", "google"): "google",
    ("Supported countries \\ Anthropic", "anthropic"): "anthropic",
    ("Supported countries", "mistral"): "mistral",
    ("Where GitHub Copilot is available", "microsoft"): "github",
    ("Supported countries of DeepSeek", "nobody"): "deepseek",
}


@pytest.mark.parametrize("page", PROVIDERS)
def test_whose_list_it_is(tagger: Tagger, page: tuple[str, str]) -> None:
    title, family = page
    (signal,) = told(tagger, rows(NAMES), rows(without("Chad")), title, family=family, publisher=family)
    assert signal.providers == {PROVIDERS[page]: "restricting"}


def test_a_day_counts_only_when_a_sentence_names_it_for_the_place(tagger: Tagger) -> None:
    for sentence, effective, stage in (
        ("Requests from Chad will be refused from April 1, 2025.", date(2025, 4, 1), "announced"),
        ("Requests from Chad are refused since March 1, 2025.", date(2025, 3, 1), "in_force"),
        ("Our new office opens on April 1, 2025.", None, "in_force"),
    ):
        (signal,) = told(tagger, rows(NAMES), paragraphs([sentence]) + rows(without("Chad")))
        assert (signal.affected, signal.dates.effective, signal.stage) == (("TD",), effective, stage), sentence
        assert signal.dates.announced == date(2025, 3, 4)


def test_heads_do_not_overrule_a_list(tagger: Tagger) -> None:
    with_heads = Tagger(load_catalog())
    document = change(html(rows(NAMES), title=TITLE), html(rows(without("Chad")), title=TITLE), vendor())
    assert tagged(with_heads, document).signals == tagged(tagger, document).signals


def test_names_of_places() -> None:
    place = place_named()
    for name, code in {
        "Congo (Kinshasa)": "CD", "Congo (Brazzaville)": "CG", "Côte d’Ivoire": "CI", "Korea, Republic of": "KR", "Korea (North)": "KP",
        "Virgin Islands (British)": "VG", "Hong Kong SAR, China": "HK", "Myanmar (Burma)": "MM", "St. Lucia": "LC", "The Gambia": "GM",
        "Bosnia & Herzegovina": "BA", "São Tomé and Príncipe": "ST", "European Union": "EU", "Taiwan*": "TW", "中国": "CN",
        "Congo (somewhere)": None, "Virgin Islands": None, "Africa": None, "Chad and Mali": None, "": None,
    }.items():  # fmt: skip
        assert place(name) == code, name


@given(st.lists(st.sampled_from(NAMES), unique=True, min_size=16), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_who_is_told_to_be_gone_is_on_the_list_no_more(after: list[str], rng: object) -> None:
    (signal, *_) = told(rules(), rows(NAMES), rows(after)) or (None,)
    gone = {place_named()(name) for name in NAMES} - {place_named()(name) for name in after}
    assert (set(signal.affected) if signal else set()) in (gone, set())
    assert signal is not None or not 0 < len(gone) <= 8
