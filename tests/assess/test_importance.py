"""How grave an event is by itself, for ordering lists."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.assess.importance import importance
from monitor.assess.rate import contributions
from monitor.model import Event, EventDates, EventType
from tests.assess.builders import DEADLINE, NOTICE_DAY, crafted, days, question
from tests.assess.strategies import TYPES, events, quick

NOW = NOTICE_DAY + days(1)
ORDER = [
    crafted("nationwide ban in force, gazette", primary_source=True),
    crafted("the same from one paper"),
    crafted("the same, adopted for some day", stage="final"),
    crafted("the same, announced", stage="announced"),
    crafted("an antitrust case in the news", type="antitrust", stage="announced"),
    crafted("a rumoured antitrust case", type="antitrust", stage="rumoured"),
    crafted("a lifted ban", stage="rescinded"),
]


def test_the_graver_comes_first() -> None:
    sizes = [importance(event, NOW)[0] for event in ORDER]
    assert sizes == sorted(set(sizes), reverse=True)
    assert (sizes[0], importance(ORDER[0], NOW)[1], sizes[-1], importance(ORDER[-1], NOW)[1]) == (100, "critical", 0, "none")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"withdrawn": True}, 0),
        ({"type": "mitigation"}, 0),
        ({"modality": "denied"}, 0),
        ({"affected": (), "issuing": ()}, 100),
        ({"providers": {}}, 100),
        ({"disputed": True}, 50),
    ],
    ids=["withdrawn", "an offer", "denied", "no place", "nobody named", "disputed"],
)
def test_it_asks_what_happened_not_to_whom(fields: dict[str, object], expected: int) -> None:
    assert importance(ORDER[0].model_copy(update=fields), NOW)[0] == expected


def test_an_announced_ban_grows_towards_its_day() -> None:
    told = crafted("e", stage="announced", dates=EventDates(effective=DEADLINE), primary_source=True)
    sizes = [importance(told, datetime(2024, 7, 9, tzinfo=UTC) - days(n))[0] for n in (300, 20, 5, 0)]
    assert sizes == sorted(sizes)
    assert sizes[-1] == 100


@given(events(), st.sampled_from(("CN", "US", "IT", "DE")), st.lists(st.sampled_from(TYPES), max_size=3), st.integers(-300, 300))
@quick
def test_no_event_gives_a_provider_more_than_its_importance(told: Event, place: str, beneath: list[EventType], day: int) -> None:
    told = told.model_copy(update={"beneath": tuple(beneath)})
    as_of = NOTICE_DAY + days(day)
    for counted in contributions([told], question(place=place, as_of=as_of)):
        assert int(100 * counted.size) <= importance(told, as_of)[0]
