"""The parts of the tagger: spelling, sentences, linking, places, actors, gazette facts and the rule data itself."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.catalog import load_catalog
from monitor.model import Document, EventDates, RegulatorFacts, Signal
from monitor.understand.gate import Gate
from monitor.understand.lexicon import inflected, load_lexicon, simplified_table
from monitor.understand.needs import NEEDS
from monitor.understand.regulator import trusted
from monitor.understand.sentence import split_sentences
from monitor.understand.text import read_text


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate(load_catalog(), load_lexicon())


@given(st.text(max_size=60), st.text(max_size=200))
def test_every_span_leads_back_to_the_original_characters(title: str, body: str) -> None:
    text = read_text(title, body)
    for at in range(len(text.norm)):
        quote = text.quote(at, at + 1)
        assert quote.text == f"{title}\n{body}"[quote.start : quote.end]
        assert quote.text


@given(st.text(alphabet="ab. !?\nA”9U", max_size=120))
def test_sentences_lie_in_order_and_lose_nothing_but_space(body: str) -> None:
    whole = f"T\n{body}"
    sentences = split_sentences(whole, 1, "en")
    assert [s.text for s in sentences] == [whole[s.start : s.end] for s in sentences]
    assert "".join("".join(s.text for s in sentences).split()) == "".join(whole.split())


@pytest.mark.parametrize(
    ("body", "count"),
    [
        pytest.param("The U.S. acted. Firms wait.", 2, id="abbreviated-country"),
        pytest.param("Kaspersky Lab Inc. Sales stop.", 1, id="company-suffix"),
        pytest.param("It costs 2.5 dollars. Fine.", 2, id="decimal-point"),
        pytest.param("One\nTwo", 2, id="line-break"),
    ],
)
def test_english_sentences(body: str, count: int) -> None:
    assert len(split_sentences(f"T\n{body}", 1, "en")) == 1 + count


NAMES = [
    pytest.param("Alibaba Cloud cuts prices", ["alibaba-cloud"], id="longest-name-wins"),
    pytest.param("TikTok and ChatGPT", ["bytedance", "openai"], id="products-mean-their-provider"),
    pytest.param("Metal prices and pineapples", [], id="inside-a-word"),
    pytest.param("OPENAI BLOCKS USERS", ["openai"], id="capitals"),
    pytest.param("微軟與騰訊", ["microsoft", "tencent"], id="traditional-names"),
    pytest.param("Heavy rain in the Amazon rainforest", [], id="ambiguous-forest"),
    pytest.param("Dassault and Siemens lose licences", ["dassault", "siemens"], id="short-name"),
    pytest.param("Dassault Aviation sells ten Rafale", [], id="another-firm-of-that-name"),
    pytest.param("Palo Alto and Fortinet firewalls barred", ["palo-alto", "fortinet"], id="firm-named-like-a-town"),
    pytest.param("A start-up in Palo Alto raises funds", [], id="the-town"),
    pytest.param("애플과 메타, 앱 규제에 반발", ["apple", "meta"], id="korean"),
    pytest.param("메타버스 애플리케이션 출시", [], id="inside-a-korean-word"),
    pytest.param("楽天とスターリンクが提携", ["rakuten", "starlink"], id="japanese"),
]


@pytest.mark.parametrize(("title", "providers"), NAMES)
def test_names_are_linked(gate: Gate, title: str, providers: list[str]) -> None:
    assert [m.provider for m in gate(read_text(title, "").norm).mentions] == providers


PLACES = [
    pytest.param("Beijing bans Micron", [(("CN",), "capital")], id="capital-stands-for-the-state"),
    pytest.param("OpenAI blocks us and US users", [(("US",), "geo")], id="pronoun-is-no-country"),
    pytest.param("The Dutch government restricts ASML exports", [(("NL",), "demonym")], id="adjective"),
    pytest.param("South China Morning Post: TikTok ban", [], id="newspaper"),
]


@pytest.mark.parametrize(("title", "places"), PLACES)
def test_places_are_named(gate: Gate, title: str, places: list[tuple[tuple[str, ...], str]]) -> None:
    assert [(p.ids, p.kind) for p in gate(title).places] == places


@pytest.mark.parametrize(
    ("title", "candidate"),
    [
        pytest.param("Italy blocks ChatGPT", True, id="provider-and-measure"),
        pytest.param("New export rules for chips", True, id="sector-and-measure"),
        pytest.param("OpenAI hires a chef", False, id="provider-alone"),
        pytest.param("Sunny day at the lake", False, id="nothing"),
    ],
)
def test_the_gate_opens_for_measures_near_technology(gate: Gate, title: str, candidate: bool) -> None:
    assert gate(title).candidate is candidate


def test_every_cue_names_known_needs_and_has_an_id_of_its_own() -> None:
    cues = {cue for rows in load_lexicon().cues.values() for cue in rows}
    assert len({cue.id for cue in cues}) == len(cues)
    assert {need for cue in cues for need in cue.needs} <= NEEDS
    assert {actor for cue in cues for actor in cue.actors} <= {"provider", "gov", "court", "person", "none"}


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("ban*", "ban|bans|banned|banning"),
        ("ease", "ease|eases|eased|easing"),
        ("deny", "deny|denies|denied|denying"),
        ("cut|cuts", "cut|cuts"),
    ],
)
def test_verbs_are_inflected(verb: str, forms: str) -> None:
    assert inflected(verb) == forms


def test_traditional_characters_fold_one_for_one() -> None:
    assert "對華為實施出口管制".translate(simplified_table()) == "对华为实施出口管制"


def _gazette(doc_type: str, effective: date | None) -> Document:
    return Document(
        source="fr", guid="g", url="https://example.org/", title="Rule on network equipment", text="", lang="en",
        published_at=datetime(2024, 6, 24, tzinfo=UTC), retrieved_at=datetime(2024, 6, 24, tzinfo=UTC), content_hash="0",
        origin_group="fr", kind="regulator", jurisdiction="US",
        regulator=RegulatorFacts(
            number="2024-13923", doc_type=doc_type, effective_on=effective, comments_close_on=date(2024, 8, 4), rin=("1505-AC82",)
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("doc_type", "effective", "stage"),
    [
        pytest.param("RULE", date(2024, 7, 20), "final", id="rule-to-come"),
        pytest.param("RULE", date(2024, 6, 24), "in_force", id="rule-of-today"),
        pytest.param("Proposed Rule", None, "proposed", id="proposed"),
        pytest.param("NOTICE", None, "announced", id="notice-keeps-the-text"),
    ],
)
def test_gazette_facts_outrank_the_text(doc_type: str, effective: date | None, stage: str) -> None:
    read = Signal(
        type="service_ban",
        stage="announced",
        issuing=("CN",),
        affected=("US",),
        dates=EventDates(effective=date(2030, 1, 1)),
        confidence=0.9,
    )
    (signal,) = trusted(_gazette(doc_type, effective), [read])
    assert (signal.stage, signal.issuing, signal.affected, signal.instrument) == (stage, ("US",), ("US",), "1505-AC82")
    assert signal.dates == EventDates(announced=date(2024, 6, 24), effective=effective or date(2030, 1, 1), comment=date(2024, 8, 4))
