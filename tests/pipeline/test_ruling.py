"""An analyst's word on an event changes what is told of it at once, outlives new readings and can be taken back; the past stays."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.answers.decisions import EventDecisionShape, decided
from monitor.answers.gold import gold_rows
from monitor.answers.reader import EventQuery, Reader
from monitor.answers.shapes import EventShape, Risk
from monitor.errors import ForewarnedError, NotFoundError, UsageError
from monitor.model import DecisionRequest, Document, Entry, Signal, Tagging
from monitor.pipeline import Tagger, World, assess, ingest, read
from monitor.pipeline.ruling import rule, take_back
from monitor.store import sources as stored_sources
from monitor.understand.evaluate import evaluate
from tests.assess.builders import prose
from tests.pipeline.conftest import BLOCK, source, world_over

NOW = datetime(2024, 6, 25, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
PAPERS = tuple(source(name, f"http://127.0.0.1/{name}", reliability="medium") for name in "abc")
BAN = (
    "China bans OpenAI",
    "China's internet regulator banned OpenAI's services in the country from July 1, the government said on Tuesday.",
)


@pytest.fixture
def world(store_url: str) -> Iterator[World]:
    with world_over(store_url, PAPERS) as opened:
        with opened.store.write() as tx:
            stored_sources.sync_sources(tx, PAPERS, NOW)
        yield at(opened, 0)


def at(world: World, hours: float) -> World:
    return replace(world, clock=lambda: NOW + hours * HOUR)


def told(world: World, tagger: Any, paper: int, hours: float = 0, story: tuple[str, str] = BLOCK, guid: str = "1") -> Document:
    then = at(world, hours)
    entry = Entry(guid=guid, title=story[0], html=f"{story[1]} {prose(f'{paper} {guid} {hours}')}", published_at=then.clock())
    (document,) = ingest(then, PAPERS[paper], [entry], then.clock())
    read(then, tagger)
    assess(then, tagger.version)
    return document


def reader(world: World) -> Reader:
    return Reader(world.store, world.catalog, world.clock)


def known(world: World, hours: float) -> list[EventShape]:
    return reader(world).events(EventQuery(None, None, NOW + hours * HOUR)).items


def only(world: World, hours: float) -> EventShape:
    (event,) = known(world, hours)
    return event


def risk(world: World, hours: float, day: int = 0) -> Risk:
    """OpenAI in China as known at that hour."""
    return reader(world).risk("openai", "CN", NOW + hours * HOUR)


def say(world: World, hours: float, event: str, kind: str, **said: Any) -> int:
    request = DecisionRequest.model_validate({"kind": kind, "reason": f"seen at {hours}"} | said)
    made, _ = rule(at(world, hours), event, request, "Ann")
    return made.number


def listed(world: World, hours: float, event: str | None = None) -> list[EventDecisionShape]:
    return decided(reader(world), NOW + hours * HOUR, event).items


class Rereads:
    """A tagger of a later version that reads something else in what it is given."""

    def __init__(self, tagger: Tagger, version: str, change: Any) -> None:
        self._tagger, self.version, self._change = tagger, version, change

    def tag(self, documents: Iterable[Document]) -> Iterator[Tagging]:
        for tagging in self._tagger.tag(documents):
            told: tuple[Signal, ...] = tuple(self._change(tagging.signals))
            yield tagging.model_copy(update={"tagger_version": self.version, "signals": told, "relevant": bool(told)})


def test_before_a_decision_the_picture_is_the_old_one_to_the_byte_and_after_an_undo_again(world: World, tagger: Tagger) -> None:
    told(world, tagger, 0)
    event = only(world, 0)
    before = [risk(world, 1).model_dump_json(), event.model_dump_json()]
    number = say(world, 2, event.id, "confirm")
    assert [risk(world, 1).model_dump_json(), only(world, 0).model_dump_json()] == before
    confirmed, plain = risk(world, 2), risk(world, 1.9)
    assert confirmed.score > plain.score
    assert confirmed.input_digest != plain.input_digest
    made, revisions = take_back(at(world, 3), number, "Bob", "not so sure")
    assert (made.undoes, revisions) == (number, 1)
    assert only(world, 3) == only(world, 1)
    assert [(one.number, one.kind, one.state) for one in listed(world, 3)] == [(2, "undo", "holds"), (1, "confirm", "undone")]
    assert [(one.number, one.state) for one in listed(world, 2.5, event.id)] == [(1, "holds")]
    assert listed(world, 1) == []


def test_a_clock_that_was_set_back_rewrites_no_answer(world: World, tagger: Tagger) -> None:
    told(world, tagger, 0, 5)
    event = only(world, 5)
    before = {hour: risk(world, hour).model_dump_json() for hour in (3, 4.9, 5)}
    number = say(world, 4, event.id, "reject")
    assert (listed(world, 5), known(world, 5)) == ([], [event])
    assert known(world, 5.1) == [], "it holds from after we last learnt something"
    take_back(at(world, 1), number, "Ann", "no")
    assert only(world, 5.1).model_dump() == event.model_dump() | {"severity_score": only(world, 5.1).severity_score}
    assert {hour: risk(world, hour).model_dump_json() for hour in before} == before


def test_a_decision_without_effect_is_answered_and_listed_at_once(world: World, tagger: Tagger) -> None:
    told(world, tagger, 0)
    number = say(world, 1, only(world, 0).id, "dispute")
    blind = Rereads(tagger, "v3", lambda signals: [])
    read(at(world, 2), blind)
    assess(at(world, 2), blind.version)
    made, revisions = take_back(at(world, 1), number, "Ann", "no")
    assert revisions == 0
    asked = reader(at(world, 1))
    assert [one.number for one in decided(asked, asked.instant(None)).items] == [made.number, number]


def test_a_rejected_event_is_gone_from_scores_and_lists_and_its_record_says_why(world: World, tagger: Tagger) -> None:
    told(world, tagger, 0)
    event = only(world, 0)
    say(world, 1, event.id, "reject", reason="a parody")
    assert known(world, 1) == []
    assert risk(world, 1).score == 0
    record = reader(world).event(event.id, NOW + HOUR)
    assert (record.withdrawn, record.severity_score, record.decisions[0].reason) == (True, 0, "a parody")
    told(world, tagger, 1, 2)
    assert known(world, 2) == [], "later documents change nothing"
    say(world, 3, event.id, "confirm", reason="the ministry says so")
    assert [(one.kind, one.state) for one in listed(world, 3)] == [("confirm", "holds"), ("reject", "overruled")]
    assert only(world, 3).origins == 2


def test_merged_events_are_one_and_an_undo_parts_them(world: World, tagger: Tagger) -> None:
    told(world, tagger, 0)
    told(world, tagger, 1, 1, BAN)
    two = known(world, 1)
    assert len(two) == 2
    one, other = sorted(two, key=lambda event: event.first_seen_at)
    number = say(world, 2, other.id, "merge", other=one.id, reason="one act, told twice")
    joined = only(world, 2)
    assert (joined.id, len(joined.documents), joined.decisions[0].events) == (one.id, 2, (other.id,))
    gone = reader(world).event(other.id, NOW + 2 * HOUR)
    assert (gone.withdrawn, gone.decisions[0].reason, gone.decisions[0].events) == (True, "one act, told twice", (one.id,))
    assert [shape.number for shape in listed(world, 2, other.id)] == [number]
    told(world, tagger, 2, 3, BAN)
    assert len(only(world, 3).documents) == 3
    with pytest.raises(UsageError, match=f"joined with {one.id} by decision {number}"):
        say(world, 4, other.id, "confirm")
    take_back(at(world, 5), number, "Ann", "two acts")
    assert {event.id: len(event.documents) for event in known(world, 5)} == {one.id: 1, other.id: 2}


def test_a_document_cut_off_tells_an_event_of_its_own(world: World, tagger: Tagger) -> None:
    first, second = told(world, tagger, 0), told(world, tagger, 1, 1)
    whole = only(world, 1)
    number = say(world, 2, whole.id, "split", documents=(second.id,), reason="another cut, of another product")
    rest, off = sorted(known(world, 2), key=lambda event: event.first_seen_at)
    assert (rest.id, rest.documents, off.documents) == (whole.id, [first.id], [second.id])
    assert [event.decisions[0].events for event in (rest, off)] == [(off.id,), (rest.id,)]
    take_back(at(world, 3), number, "Ann", "no")
    assert only(world, 3) == whole
    assert reader(world).event(off.id, NOW + 3 * HOUR).withdrawn


def test_corrected_fields_are_kept_beside_what_the_machine_reads(world: World, tagger: Tagger) -> None:
    told(world, tagger, 0)
    event = only(world, 0)
    assert event.dates.effective == date(2024, 7, 9)
    say(world, 1, event.id, "correct", correction={"effective": "2024-07-19", "stage": "final", "providers": {"openai": "targeted"}})
    told(world, tagger, 1, 2)
    now = only(world, 2)
    assert (now.dates.effective, now.stage, now.providers["openai"]) == (date(2024, 7, 19), "final", "targeted")
    assert now.date_conflicts["effective"] == [date(2024, 7, 19), date(2024, 7, 9)]
    (ruling,) = now.decisions
    assert ruling.read is not None
    assert ruling.read.values == {"effective": date(2024, 7, 9), "stage": event.stage, "providers.openai": "restricting"}


@pytest.mark.parametrize("kind", ["confirm", "reject", "dispute", "correct"])
def test_a_new_tagger_loses_no_decision(world: World, tagger: Tagger, kind: str) -> None:
    told(world, tagger, 0)
    event = only(world, 0)
    say(world, 1, event.id, kind, correction={"stage": "final"} if kind == "correct" else None)
    decided_on = reader(world).event(event.id, NOW + HOUR)
    anew = Rereads(tagger, "v2", lambda signals: [s.model_copy(update={"sectors": ("cloud",), "confidence": 0.7}) for s in signals])
    read(at(world, 2), anew)
    assess(at(world, 2), anew.version)
    now = reader(world).event(event.id, NOW + 2 * HOUR)
    assert (now.sectors, now.decisions, now.withdrawn) == (["cloud"], decided_on.decisions, kind == "reject")
    blind = Rereads(tagger, "v3", lambda signals: [])
    read(at(world, 3), blind)
    assess(at(world, 3), blind.version)
    last = reader(world).event(event.id, NOW + 3 * HOUR)
    if kind in ("confirm", "correct"):
        assert last == decided_on, "pinned as it was read when it was decided"
    else:
        assert (last.withdrawn, bool(last.decisions)) == (True, kind == "reject")
        assert listed(world, 3)[0].state == ("holds" if kind == "reject" else "idle")


REFUSED: list[Any] = [
    pytest.param("confirm", {"reason": " "}, UsageError, "neither of them blank", id="no reason"),
    pytest.param("merge", {}, UsageError, "needs the other event", id="merge with nothing"),
    pytest.param("merge", {"other": "own"}, UsageError, "with itself", id="merge with itself"),
    pytest.param("merge", {"other": "evt_0000000000000000"}, NotFoundError, "no event called", id="merge with an unknown event"),
    pytest.param("split", {}, UsageError, "not all", id="split of nothing"),
    pytest.param("split", {"documents": ("first",)}, UsageError, "not all", id="split of everything"),
    pytest.param("split", {"documents": ("doc_0",)}, NotFoundError, "it is told by", id="split of a document that tells something else"),
    pytest.param("correct", {}, UsageError, "right value", id="correction of nothing"),
    pytest.param("correct", {"correction": {}}, UsageError, "right value", id="correction without a field"),
    pytest.param("correct", {"correction": {"providers": {"opnai": "targeted"}}}, NotFoundError, "did you mean openai", id="provider"),
    pytest.param("correct", {"correction": {"affected": ["UK"]}}, UsageError, "did you mean GB", id="code of no country"),
    pytest.param("correct", {"correction": {"effective": "2204-07-09"}}, UsageError, "30 years", id="day far away"),
]


@pytest.mark.parametrize(("kind", "said", "error", "says"), REFUSED)
def test_what_cannot_be_decided_is_refused_and_nothing_recorded(
    world: World, tagger: Tagger, kind: str, said: dict[str, Any], error: type[ForewarnedError], says: str
) -> None:
    first = told(world, tagger, 0)
    event = only(world, 0).id
    names = {"own": event, "first": first.id}
    said = {
        name: names.get(value, value)
        if isinstance(value, str)
        else tuple(names.get(one, one) for one in value)
        if name == "documents"
        else value
        for name, value in said.items()
    }
    with pytest.raises(error, match=says):
        say(world, 1, event, kind, **said)
    assert listed(world, 1) == []
    assert only(world, 1).decisions == []


def test_unknown_rejected_and_forgotten_events_are_told_apart(world: World, tagger: Tagger) -> None:
    with pytest.raises(NotFoundError):
        say(world, 0, "evt_0000000000000000", "confirm")
    with pytest.raises(NotFoundError, match="decide list"):
        take_back(world, 4, "Ann", "of nothing")
    told(world, tagger, 0)
    told(world, tagger, 1, 1, BAN)
    one, other = known(world, 1)
    number = say(world, 2, one.id, "reject")
    for kind, said in (("dispute", {}), ("merge", {"other": other.id})):
        with pytest.raises(UsageError, match=f"rejected by decision {number}"):
            say(world, 3, one.id, kind, **said)
    with pytest.raises(UsageError, match=f"rejected by decision {number}"):
        say(world, 3, other.id, "merge", other=one.id)
    take_back(at(world, 3), number, "Ann", "it is so")
    with pytest.raises(UsageError, match="undone before"):
        take_back(at(world, 3), number, "Ann", "once more")
    blind = Rereads(tagger, "v3", lambda signals: [])
    read(at(world, 4), blind)
    assess(at(world, 4), blind.version)
    with pytest.raises(UsageError, match="no report tells"):
        say(world, 5, one.id, "confirm")


def gold(world: World) -> tuple[list[dict[str, Any]], int]:
    found = gold_rows(reader(world))
    return json.loads(json.dumps(found.rows)), found.left_out


def test_decided_texts_become_labelled_rows(world: World, tagger: Tagger) -> None:
    right, wrong = told(world, tagger, 0), told(world, tagger, 1, 1, BAN)
    one, other = sorted(known(world, 1), key=lambda event: event.first_seen_at)
    assert gold(world) == ([], 0)
    say(world, 2, one.id, "confirm")
    say(world, 3, one.id, "correct", correction={"effective": "2024-07-19", "providers": {"openai": "targeted"}})
    rejected = say(world, 4, other.id, "reject")
    rows, left_out = gold(world)
    by_id = {row["id"]: row for row in rows}
    assert (set(by_id), left_out) == ({right.id, wrong.id}, 0)
    row = by_id[right.id]
    assert (row["relevant"], row["primary"], row["providers"]["openai"]) == (True, "access_restriction", "targeted")
    assert (row["dates"]["effective"], row["story"], row["published"]) == ("2024-07-19", one.id, "2024-06-25")
    (quote, *_) = row["evidence"]
    assert f"{row['title']}\n{row['body']}"[quote["start"] : quote["end"]] == quote["text"]
    assert (by_id[wrong.id]["relevant"], by_id[wrong.id]["types"], by_id[wrong.id]["events"]) == (False, [], [])
    assert evaluate(rows, rows).rates["effective"].score == 1
    take_back(at(world, 5), rejected, "Ann", "told, but not so")
    say(world, 6, other.id, "reject", misread=False)
    assert [row["id"] for row in gold(world)[0]] == [right.id], "a true reading of an untrue report teaches nothing wrong"


def test_a_correction_labels_only_texts_that_said_what_was_wrong_or_what_is_right(world: World, tagger: Tagger) -> None:
    early = told(world, tagger, 0)
    vague = told(
        world, tagger, 1, 1, ("OpenAI to block API access from China", "OpenAI said on Tuesday it would block API access from China.")
    )
    event = only(world, 1)
    say(world, 2, event.id, "correct", correction={"effective": "2024-07-19"})
    rows, left_out = gold(world)
    assert ([(row["id"], row["dates"]["effective"]) for row in rows], left_out) == ([(early.id, "2024-07-19")], 1)
    assert vague.id in event.documents


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kinds=st.lists(st.sampled_from(("confirm", "reject", "dispute", "correct", "undo")), min_size=1, max_size=5))
def test_any_decisions_leave_every_earlier_answer_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, tagger: Tagger, kinds: list[str]
) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('w')}/s.sqlite"
    with world_over(url, PAPERS) as opened:
        with opened.store.write() as tx:
            stored_sources.sync_sources(tx, PAPERS, NOW)
        world = at(opened, 0)
        told(world, tagger, 0)
        event = only(world, 0).id
        answers = {0.5: risk(world, 0.5).model_dump_json()}
        for hour, kind in enumerate(kinds, 1):
            standing = [one.number for one in listed(world, hour) if one.state != "undone"]
            try:
                if kind == "undo":
                    take_back(at(world, hour), standing[0] if standing else 99, "Ann", "no")
                else:
                    say(world, hour, event, kind, correction={"stage": "final"} if kind == "correct" else None)
            except (UsageError, NotFoundError):
                pass
            answers[hour + 0.5] = risk(world, hour + 0.5).model_dump_json()
        assert {hour: risk(world, hour).model_dump_json() for hour in answers} == answers
