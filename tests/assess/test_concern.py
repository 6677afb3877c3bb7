"""What is looked up for a question is enough: the answer is that of all events."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.assess import concern
from monitor.assess.concern import Docket, concerning
from monitor.assess.score import score
from monitor.model import Event
from tests.assess.builders import question
from tests.assess.strategies import events, quick

FIRMS = ("openai", "anthropic", "zhipu", "baidu")


@pytest.fixture(autouse=True, scope="module")
def glances() -> Iterator[None]:
    """However little is on record, a glance comes first."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(concern, "LONG", 0)
        patched.setattr(concern, "GLANCE", 1)
        yield


@st.composite
def of_several(draw: st.DrawFn) -> list[Event]:
    """Events of some firms, of their offers, and of nobody."""
    roles = st.sampled_from(("restricting", "targeted", "affected", "alternative", "mentioned"))
    parties = st.dictionaries(st.sampled_from(FIRMS), roles, max_size=3)
    sectors = st.sampled_from(((), ("ai",)))
    return [draw(events(tag=f"e{n}", providers=draw(parties), sectors=draw(sectors))) for n in range(draw(st.integers(1, 9)))]


@given(of_several(), st.sampled_from(FIRMS), st.sampled_from(("CN", "IT", "EU")))
@quick
def test_what_is_looked_up_gives_the_answer_of_all(known: list[Event], provider: str, place: str) -> None:
    docket, asked = Docket(known), question(provider, place)

    def find(parties: Collection[str], places: Collection[str], each: int | None = None, /) -> list[Event]:
        found = docket.find(parties, places)
        if each is None:
            return found
        naming = ([event for event in found if party in event.providers][:each] for party in parties)
        return [event for some in naming for event in some]

    assert score(concerning(asked, find), asked) == score(known, asked)
