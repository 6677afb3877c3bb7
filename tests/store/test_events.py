"""Events, assessments and inventory: what was known stays known."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.model import ANYONE, ANYWHERE, Evidence
from monitor.model.event_brief import EventBrief
from monitor.store import Store
from monitor.store.assessments import assessment_history, save_assessments
from monitor.store.events import (
    briefs_concerning,
    event_revisions,
    events_as_of,
    events_concerning,
    newest_recorded,
    save_events,
)
from monitor.store.inventory import inventory_as_of, save_inventory
from tests.assess.builders import in_brief
from tests.store.nouns import MINUTE, NOW, assessment, event, team


def test_an_event_comes_back_as_it_was_given(store: Store) -> None:
    given_one = event(date_conflicts={"effective": (date(2024, 7, 9), date(2024, 7, 10))})
    with store.write() as tx:
        assert save_events(tx, [given_one], NOW) == 1
    with store.read() as tx:
        (back,) = events_as_of(tx, None)
    assert back == given_one
    assert back.model_dump_json() == given_one.model_dump_json()  # to the byte: evidence is compared years later


def test_only_a_change_is_a_revision(store: Store) -> None:
    draft, final = event(), event(stage="final")
    with store.write() as tx:
        assert newest_recorded(tx) is None
        assert save_events(tx, [draft, event("2")], NOW) == 2
        assert save_events(tx, [event("2"), draft], NOW + MINUTE) == 0
        assert save_events(tx, [final, event("2")], NOW + 2 * MINUTE) == 1
    with store.read() as tx:
        assert event_revisions(tx, "evt_1") == [(NOW, draft), (NOW + 2 * MINUTE, final)]
        assert event_revisions(tx, "evt_unknown") == []
        assert newest_recorded(tx) == NOW + 2 * MINUTE
        assert events_as_of(tx, NOW - MINUTE) == []
        assert events_as_of(tx, NOW + MINUTE) == [draft, event("2")]
        assert events_as_of(tx, None) == [final, event("2")]


def test_an_event_that_vanishes_is_withdrawn_once_and_may_return(store: Store) -> None:
    withdrawn = event(withdrawn=True)
    with store.write() as tx:
        save_events(tx, [event(), event("2")], NOW)
        assert save_events(tx, [event("2")], NOW + MINUTE) == 1
        assert save_events(tx, [event("2")], NOW + 2 * MINUTE) == 0
        assert save_events(tx, [event(), event("2")], NOW + 3 * MINUTE) == 1
    with store.read() as tx:
        assert events_as_of(tx, NOW + 2 * MINUTE) == [withdrawn, event("2")]
        assert [e for _, e in event_revisions(tx, "evt_1")] == [event(), withdrawn, event()]


def test_replicas_that_save_at_once_make_one_chain(store: Store) -> None:
    def save(number: int) -> None:
        with store.write() as tx:
            save_events(tx, [event(title=f"title {number}")], NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(save, range(12)))
    with store.read() as tx:
        assert len({e.title for _, e in event_revisions(tx, "evt_1")}) == 12


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(saves=st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(0, 2)), min_size=1, max_size=5), asked=st.integers(0, 5))
def test_a_past_time_answers_as_it_did_then(store: Store, saves: list[dict[str, int]], asked: int) -> None:
    start = next(_STARTS)
    answers = []
    for minute, present in enumerate(saves):
        with store.write() as tx:
            save_events(tx, [event(key, title=str(value)) for key, value in present.items()], start + minute * MINUTE)
        with store.read() as tx:
            answers.append(events_as_of(tx, None))
    asked = min(asked, len(saves) - 1)
    with store.read() as tx:
        assert events_as_of(tx, start + asked * MINUTE) == answers[asked]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(saves=st.lists(st.tuples(st.integers(0, 3), st.lists(st.booleans(), min_size=3, max_size=3)), min_size=1, max_size=5))
def test_briefs_are_those_of_the_events_known_then(store: Store, saves: list[tuple[int, list[bool]]]) -> None:
    """Also where the clock was set back between two revisions."""
    start = next(_STARTS)
    for number, (minute, changed) in enumerate(saves):
        present = [event(str(n), title=f"{number if moved else 0}", evidence=_proofs(number)) for n, moved in enumerate(changed)]
        with store.write() as tx:
            save_events(tx, present, start + minute * MINUTE)
    with store.read() as tx:
        for as_of in (None, *(start + minute * MINUTE for minute in range(-1, 5))):
            whole = events_as_of(tx, as_of)
            assert events_concerning(tx, as_of, [*whole[0].providers] if whole else ["openai"]) == whole
            for event_ in whole:
                found = {b.id: b for b in briefs_concerning(tx, as_of, [*event_.providers, ANYONE], [*event_.affected, ANYWHERE])}
                expected = in_brief(event_)
                assert all(getattr(found[event_.id], name) == getattr(expected, name) for name in EventBrief.__annotations__)
                assert found[event_.id].evidence == event_.evidence
            assert whole or briefs_concerning(tx, as_of, ["openai"]) == []


def _proofs(number: int) -> tuple[Evidence, ...]:
    return tuple(proof.model_copy(update={"quote": str(number)}) for proof in event().evidence)


_STARTS = (NOW + n * 100 * MINUTE for n in range(10**6))


def test_the_same_score_on_the_same_day_is_written_once(store: Store) -> None:
    later = assessment(as_of=NOW + MINUTE)
    tomorrow = assessment(as_of=NOW + 24 * 60 * MINUTE)
    with store.write() as tx:
        assert save_assessments(tx, [assessment()], NOW) == 1
        assert save_assessments(tx, [assessment(), later], NOW + MINUTE) == 0
        assert save_assessments(tx, [tomorrow, assessment(60), assessment(jurisdiction="US")], NOW + MINUTE) == 3
        assert save_assessments(tx, [], NOW) == 0


def test_a_corrected_score_is_known_from_its_correction_on(store: Store) -> None:
    tomorrow = assessment(70, as_of=NOW + 24 * 60 * MINUTE)
    with store.write() as tx:
        save_assessments(tx, [assessment(80)], NOW)
        save_assessments(tx, [assessment(60), tomorrow], NOW + 9 * MINUTE)
    with store.read() as tx:
        assert [a.score for a in assessment_history(tx, "openai", "CN", known_at=NOW + MINUTE)] == [80]
        assert assessment_history(tx, "openai", "CN") == [assessment(60), tomorrow]
        assert assessment_history(tx, "openai", "CN", since=tomorrow.as_of.date()) == [tomorrow]
        assert assessment_history(tx, "openai", "US") == []


def test_the_inventory_has_versions_and_may_go_back(store: Store) -> None:
    one, two = (team(),), (team(), team("data"))
    with store.write() as tx:
        assert inventory_as_of(tx, None) == ()
        assert save_inventory(tx, one, NOW)
        assert not save_inventory(tx, one, NOW + MINUTE)
        assert save_inventory(tx, two, NOW + 2 * MINUTE)
        assert save_inventory(tx, one, NOW + 3 * MINUTE)
    with store.read() as tx:
        assert inventory_as_of(tx, NOW - MINUTE) == ()
        assert inventory_as_of(tx, NOW + MINUTE) == one
        assert inventory_as_of(tx, NOW + 2 * MINUTE) == two
        assert inventory_as_of(tx, None) == one
