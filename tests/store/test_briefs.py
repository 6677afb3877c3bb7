"""What is read from rows without validation is what the nouns say."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Document, EventDates, EventType, Modality, Offer, Quote, RegulatorFacts, Role, Sector, Signal, Stage
from monitor.model.brief import document_brief, signal_brief, stored_document, stored_signal
from monitor.store.dialect import dumps
from tests.store.nouns import NOW, document

_DAYS = st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1))
_TEXTS = st.sampled_from(("", 'Rule "7",', ',"evidence":[', '"evidence":[]', "法規 7", "Export Rule {7}\\"))
_PLACES = st.lists(st.sampled_from(("CN", "US", "IT", "EU")), max_size=3).map(tuple)
_QUOTES = st.builds(lambda start, text: Quote(start=start, end=start + len(text), text=text), st.integers(0, 9), _TEXTS)
_OFFERS = st.builds(Offer, provider=st.just("zhipu"), kind=st.just("free_tokens"), amount=st.none() | _TEXTS, until=_DAYS)
_SIGNALS = st.builds(
    Signal,
    type=st.sampled_from(get_args(EventType)),
    beneath=st.lists(st.sampled_from(get_args(EventType)), max_size=2).map(tuple),
    modality=st.sampled_from(get_args(Modality)),
    background=st.booleans(),
    providers=st.dictionaries(st.sampled_from(("openai", "zhipu", "azure")), st.sampled_from(get_args(Role))),
    issuing=_PLACES,
    affected=_PLACES,
    stage=st.sampled_from(get_args(Stage)),
    dates=st.builds(EventDates, announced=_DAYS, effective=_DAYS, comment=_DAYS, months=st.sampled_from(({}, {"effective": "2024-07"}))),
    sectors=st.lists(st.sampled_from(get_args(Sector)), max_size=2).map(tuple),
    offers=st.lists(_OFFERS, max_size=2).map(tuple),
    instrument=_TEXTS,
    evidence=st.lists(_QUOTES, max_size=2).map(tuple),
    confidence=st.sampled_from((0.0, 0.5, 1.0)),
)


@given(_SIGNALS, _TEXTS, st.booleans())
def test_a_stored_signal_is_read_as_it_was(signal: Signal, title: str, turned: bool) -> None:
    body = signal.model_dump(mode="json")
    written = dumps(dict(reversed(body.items())) if turned else body)
    read = stored_signal(written, title)
    assert read == signal_brief(signal)
    assert list(read.providers) == list(signal.providers)
    assert read.whole() == signal


@given(_SIGNALS, st.sampled_from(("offers", "instrument", "dates", "issuing")))
def test_a_body_of_an_earlier_version_lacks_what_came_later(signal: Signal, later: str) -> None:
    body: dict[str, Any] = signal.model_dump(mode="json")
    del body[later]
    assert stored_signal(dumps(body), "") == signal_brief(Signal.model_validate(body))


@given(st.none() | st.integers(0, 99), st.integers(1, 3), st.booleans())
def test_a_stored_document_is_read_as_it_was(hours: int | None, revision: int, official: bool) -> None:
    told: Document = document(
        revision=revision,
        published_at=None if hours is None else NOW - timedelta(hours=hours, microseconds=hours),
        regulator=RegulatorFacts(number="2024-01234", rin=("0694-AJ00",)) if official else None,
        jurisdiction="US" if official else None,
    )
    body = told.model_dump(mode="json", exclude={"title", "text"})
    assert stored_document(told.id, told.title, body) == document_brief(told)
