"""What the gate makes of a hit: threshold, horizon, acceptances; the rules hold for any numbers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.inventory.check import Gate, as_team, findings, is_expired, unmatched
from monitor.inventory.exposure import exposures
from monitor.model import LEVELS, Acceptance, EventDates, Finding, Level, Sighting, Use
from tests.inventory.test_exposure import AS_OF, PROVIDERS, REGIONS, assess, event

TODAY = AS_OF.date()
USE = Use(provider="openai", confidence="medium", why="SDK", sightings=(Sighting(path="a.txt", line=3, kind="package", what="openai 1"),))


def accepted(until: date, **changed: object) -> Acceptance:
    return Acceptance.model_validate({"event": "evt_1", "until": until, "reason": "leaving anyway"} | changed)


def judged(gate: Gate, level: Level = "high", dates: EventDates | None = None, uses: tuple[Use, ...] = (USE,)) -> list[Finding]:
    """The findings for an application called from China."""
    told = event(dates=dates or EventDates(effective=date(2024, 7, 9)))
    team = as_team("shop", uses, ("CN",))
    exposed = exposures([team], [told], lambda provider, place: assess(provider, place, level=level), PROVIDERS, AS_OF, REGIONS)
    return list(findings(exposed, {told.id: told}, uses, gate))


def gate(fail_on: Level = "high", days: int | None = None, *taken: Acceptance, today: date = TODAY) -> Gate:
    return Gate(fail_on, days, taken, today)


STATES = [
    pytest.param(gate(), "high", EventDates(effective=date(2024, 7, 9)), "fails", id="at the threshold"),
    pytest.param(gate("critical"), "high", None, "below", id="below the threshold"),
    pytest.param(gate("high", 13), "high", None, "fails", id="on the last day of the horizon"),
    pytest.param(gate("high", 12), "high", None, "later", id="a day beyond the horizon"),
    pytest.param(gate("high", 0), "high", EventDates(effective=TODAY), "fails", id="today, no horizon"),
    pytest.param(gate("high", 0), "high", EventDates(effective=date(2024, 1, 1)), "fails", id="in force since long"),
    pytest.param(gate("high", 0), "high", EventDates(comment=date(2024, 8, 1)), "fails", id="without a stated day"),
    pytest.param(gate("high", 4), "high", EventDates(months={"effective": "2024-07"}), "later", id="a month that begins beyond it"),
    pytest.param(gate("high", 5), "high", EventDates(months={"effective": "2024-07"}), "fails", id="a month that begins within it"),
    pytest.param(gate("high", None, accepted(TODAY)), "high", None, "accepted", id="accepted until today"),
    pytest.param(gate("high", None, accepted(TODAY - timedelta(1))), "high", None, "fails", id="accepted until yesterday"),
    pytest.param(gate("high", None, accepted(TODAY, provider="qwen")), "high", None, "fails", id="accepted for another provider"),
    pytest.param(gate("high", None, accepted(TODAY, places=("DE",))), "high", None, "fails", id="accepted for another place"),
    pytest.param(gate("high", None, accepted(TODAY, places=("CN", "HK"))), "high", None, "accepted", id="accepted for this place too"),
    pytest.param(gate("high", None, accepted(TODAY, event="evt_2")), "high", None, "fails", id="another event accepted"),
]


@pytest.mark.parametrize(("rules", "level", "dates", "state"), STATES)
def test_state_of_a_finding(rules: Gate, level: Level, dates: EventDates | None, state: str) -> None:
    (finding,) = judged(rules, level, dates)
    assert finding.state == state
    assert finding.sightings == USE.sightings
    assert finding.meaning.startswith("shop calls OpenAI from CN: ")


def test_an_expired_acceptance_comes_back_with_its_reason() -> None:
    (finding,) = judged(gate("high", None, accepted(TODAY - timedelta(1))))
    assert finding.state == "fails"
    assert finding.acceptance
    assert finding.acceptance.reason == "leaving anyway"
    assert is_expired(finding, TODAY)


def test_the_longest_of_two_acceptances_counts() -> None:
    (finding,) = judged(gate("high", None, accepted(TODAY - timedelta(1)), accepted(TODAY + timedelta(9)), accepted(TODAY)))
    assert finding.state == "accepted"
    assert finding.acceptance
    assert finding.acceptance.until == TODAY + timedelta(9)


def test_an_acceptance_that_covers_nothing_is_told() -> None:
    taken = (accepted(TODAY), accepted(TODAY, event="evt_9"))
    assert unmatched(taken, judged(gate("high", None, *taken))) == (taken[1],)


def test_what_has_no_level_is_no_finding() -> None:
    assert judged(gate("low"), "none") == []
    assert judged(gate(), uses=()) == []


@settings(deadline=None)
@given(st.sampled_from(LEVELS[1:]), st.sampled_from(LEVELS[1:]), st.sampled_from(LEVELS[1:]))
def test_a_lower_threshold_never_lets_more_pass(level: Level, one: Level, other: Level) -> None:
    lower, higher = sorted((one, other), key=LEVELS.index)
    if judged(gate(higher), level)[0].state == "fails":
        assert judged(gate(lower), level)[0].state == "fails"


@settings(deadline=None)
@given(st.integers(0, 1_000_000), st.integers(0, 1_000_000), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_longer_horizon_never_lets_more_pass(one: int, other: int, day: date) -> None:
    dates = EventDates(effective=day)
    if judged(gate("high", min(one, other)), dates=dates)[0].state == "fails":
        assert judged(gate("high", max(one, other)), dates=dates)[0].state == "fails"


@settings(deadline=None)
@given(st.dates(date(2024, 1, 1), date(2025, 1, 1)), st.dates(date(2024, 1, 1), date(2025, 1, 1)))
def test_an_acceptance_holds_to_its_last_day_and_not_longer(until: date, today: date) -> None:
    (finding,) = judged(gate("high", None, accepted(until), today=today))
    assert (finding.state == "accepted") == (today <= until)
