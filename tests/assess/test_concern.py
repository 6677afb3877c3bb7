"""What is looked up for a question is enough: the answer is that of all events."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.assess import concern
from monitor.assess.alternatives import Ratings
from monitor.assess.concern import Docket, concerning
from monitor.assess.question import Question
from monitor.assess.rate import Hashes
from monitor.assess.score import score, scored
from monitor.model import ANYONE, ANYWHERE, Event
from tests.assess.builders import crafted, question
from tests.assess.strategies import events, quick


@pytest.fixture(autouse=True, scope="module")
def glances() -> Iterator[None]:
    """However little is on record, a glance comes first."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(concern, "LONG", 0)
        patched.setattr(concern, "GLANCE", 1)
        yield


@st.composite
def of_several(draw: st.DrawFn) -> list[Event]:
    """Events of OpenAI and of what one could switch to, of their offers, and of nobody."""
    role = draw(st.sampled_from(("targeted", "affected", "alternative", "mentioned")))
    parties = st.sampled_from(({"openai": "targeted"}, {"zhipu": role}, {"zhipu": "targeted"}, {"openai": "targeted", "baidu": role}, {}))
    return [draw(events(tag=f"e{n}", providers=draw(parties), sectors=("ai",))) for n in range(draw(st.integers(3, 12)))]


def looked_up(known: list[Event], asked: Question) -> list[Event]:
    """As from a store, which gives no more of each than is asked for."""

    def find(parties: Collection[str], places: Collection[str], each: int | None = None, /) -> list[Event]:
        if each is None:
            return [e for e in known if not e.reach.isdisjoint(product((*parties, ANYONE), (*places, ANYWHERE)))]
        naming = ([e for e in known if not e.reach.isdisjoint(product([party], (*places, ANYWHERE)))][:each] for party in parties)
        return [event for some in naming for event in some]

    return concerning(asked, find)


@given(of_several(), st.sampled_from(("openai", "zhipu")), st.sampled_from(("CN", "IT", "EU")))
@quick
def test_what_is_looked_up_gives_the_answer_of_all(known: list[Event], provider: str, place: str) -> None:
    asked = question(provider, place)
    assert score(looked_up(known, asked), asked) == score(known, asked)


@given(of_several(), st.permutations([(party, place) for party in ("openai", "zhipu", "baidu") for place in ("CN", "EU")]))
@quick
def test_many_pairs_in_any_order_get_the_answers_that_each_gets_alone(known: list[Event], pairs: list[tuple[str, str]]) -> None:
    questions = [question(*pair) for pair in pairs]
    ratings: Ratings = {}
    hashes: Hashes = {}
    docket = Docket(known)
    assert [scored(docket, asked, ratings, hashes) for asked in questions] == [score(known, asked) for asked in questions]


GRAVE = crafted("grave", providers={"zhipu": "targeted"}, primary_source=True)
SLIGHT = crafted("slight", providers={"zhipu": "affected"}, type="litigation")


@pytest.mark.parametrize(
    "others", [(SLIGHT, GRAVE), (GRAVE, SLIGHT), (SLIGHT,), (GRAVE,)], ids=lambda others: " ".join(e.id for e in others)
)
def test_whatever_is_seen_first_all_that_counts_is_seen(others: tuple[Event, ...]) -> None:
    known, asked = [crafted("own", providers={"openai": "targeted"}), *others], question()
    answer = score(looked_up(known, asked), asked)
    assert answer == score(known, asked)
    assert {"zhipu"} - {one.provider for one in answer.alternatives} == ({"zhipu"} if GRAVE in others else set())
