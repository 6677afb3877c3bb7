"""The properties of the score in which stored values take part, through the pipeline and on both databases."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from monitor.answers.exposed import exposed
from monitor.answers.reader import Reader
from monitor.assess import concern, constants
from monitor.assess.explain import explain_delta
from monitor.errors import NotFoundError
from monitor.model import Assessment, Dependency, Event, Report, System, Team
from monitor.pipeline import World, assess
from monitor.store import assessments, documents, events
from monitor.store.inventory import save_inventory
from tests.assess.builders import NOTICE_DAY, ban, days, notice, prose, report
from tests.assess.strategies import many_reports
from tests.pipeline.arrivals import VERSION, arrive
from tests.pipeline.conftest import world_over

HOUR = timedelta(hours=1)
stored = settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
"""Few examples in one database each: what they leave behind makes the next one's world richer."""


class Life:
    """A service over one database whose clock only goes forward; every example begins long after the one before."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.now = NOTICE_DAY
        self.lives = 0

    def __repr__(self) -> str:
        return f"life {self.lives} at {self.now:%Y-%m-%d %H:%M}"

    def begin(self, reports: list[Report]) -> list[Report]:
        """The reports moved to the present, as documents of their own."""
        self.lives += 1
        self.now += days(500)
        ahead = self.now - NOTICE_DAY
        return [self._moved(told, ahead) for told in reports]

    def _moved(self, told: Report, ahead: timedelta) -> Report:
        document = told.document
        moved = {
            "guid": f"{self.lives}-{document.guid}",
            "title": f"{document.title} of life {self.lives}",
            "text": f"{document.text} {prose(str(self.lives), 20)}",
            "published_at": document.told_at + ahead,
            "retrieved_at": document.retrieved_at + ahead,
        }
        moved["content_hash"] = hashlib.sha256(f"{moved['title']}\n{moved['text']}".encode()).hexdigest()
        quote = told.signal.evidence[0].model_copy(update={"text": document.title})
        return told.model_copy(
            update={"document": document.model_copy(update=moved), "signal": told.signal.model_copy(update={"evidence": (quote,)})}
        )

    def arrive(self, *reports: Report, after: timedelta = HOUR) -> datetime:
        """They are known and assessed; when."""
        self.now += after
        arrive(self.world, reports, self.now)
        return self.now

    def reader(self) -> Reader:
        return Reader(self.world.store, self.world.catalog, lambda: self.now)

    def answer(self, as_of: datetime | None = None, provider: str = "openai", place: str = "CN") -> Assessment:
        answer = self.reader().risk(provider, place, as_of or self.now)
        return Assessment.model_validate(answer.model_dump(exclude={"jurisdictions"}))

    def events(self) -> list[Event]:
        with self.world.store.read() as tx:
            return events.events_as_of(tx, None)


@pytest.fixture
def life(store_url: str) -> Iterator[Life]:
    with world_over(store_url, ()) as opened:
        yield Life(opened)


@given(many_reports())
@stored
def test_evidence_complete(life: Life, reports: list[Report]) -> None:
    life.arrive(*life.begin(reports))
    with life.world.store.read() as tx:
        kept = documents.documents_by_id(tx, [proof.document for event in life.events() for proof in event.evidence])
    for factor in life.answer().factors:
        assert factor.evidence
        for proof in factor.evidence:
            text = kept[proof.document].full_text
            assert proof.quote in text
            assert hashlib.sha256(text.encode()).hexdigest() == proof.sha256


@given(many_reports())
@stored
def test_sum_exact(life: Life, reports: list[Report]) -> None:
    life.arrive(*life.begin([*reports, notice("sure")]))
    kept = [row for provider in ("openai", "anthropic", "zhipu") for place in ("CN", "IT", "US") for row in history(life, provider, place)]
    assert kept
    for row in kept:
        assert sum(factor.points for factor in row.factors) == row.score


def history(life: Life, provider: str, place: str) -> list[Assessment]:
    with life.world.store.read() as tx:
        return assessments.assessment_history(tx, provider, place)


@given(many_reports(5), st.randoms(use_true_random=False))
@stored
def test_order_invariance(life: Life, reports: list[Report], dice: random.Random) -> None:
    """What is known at one instant gives one answer, however it was portioned until then."""
    told = life.begin(reports)
    dice.shuffle(told)
    life.now += days(300)
    while told:
        size = dice.randint(1, len(told))
        arrive(life.world, told[:size], life.now)
        del told[:size]
    answer = life.answer()
    fresh = World(life.world.store, life.world.catalog, (), life.world.settings, lambda: life.now)
    assert assess(fresh, VERSION) == 0
    assert life.answer() == answer


@given(many_reports(4), st.integers(1, 3))
@stored
def test_dup_invariance(life: Life, reports: list[Report], copies: int) -> None:
    """Copies, a further revision with the same words, and the same again leave the score and the origins alone."""
    told = life.begin(reports)
    life.arrive(*told)
    before, origins = life.answer(life.now + HOUR), {event.id: len(event.origins) for event in life.events()}
    again = [
        one.model_copy(update={"document": one.document.model_copy(update={"source": f"src-copy{n}", "guid": f"{one.document.guid}-{n}"})})
        for one in told[:2]
        for n in range(copies)
    ]
    life.arrive(*again, *told)
    assert life.answer().score == before.score
    assert {event.id: len(event.origins) for event in life.events()} == origins


@given(many_reports())
@stored
def test_idempotent_ingest(life: Life, reports: list[Report]) -> None:
    told = life.begin(reports)
    now = life.arrive(*told)
    before = life.answer(), life.events()
    assert arrive(life.world, told, now) == 0
    assert (life.answer(), life.events()) == before


@given(many_reports(), st.integers(0, 6))
@stored
def test_as_of_replay(life: Life, reports: list[Report], cut: int) -> None:
    """What was stored as the score of an instant is what is computed for it after all that was learnt later."""
    told = life.begin(reports)
    life.arrive(*told[:cut])
    kept = {(p, place): history(life, p, place)[-1:] for p in ("openai", "anthropic", "zhipu") for place in ("CN", "IT", "US")}
    life.arrive(*told[cut:], after=days(400))
    for (provider, place), rows in kept.items():
        for row in rows:
            assert life.answer(row.as_of, provider, place) == row


@given(many_reports(), st.integers(0, 2000))
@stored
def test_no_future_leak(life: Life, reports: list[Report], hours: int) -> None:
    told = life.begin(reports)
    half = len(told) // 2
    life.arrive(*told[:half])
    asked = life.now + timedelta(hours=hours)
    before = life.answer(asked)
    life.now = asked
    life.arrive(*told[half:])
    assert life.answer(asked) == before


def test_no_future_leak_of_a_second_voice(life: Life) -> None:
    life.arrive(report("a"))
    asked, before = life.now, life.answer()
    life.arrive(report("b"))
    assert life.answer().score > before.score
    assert life.answer(asked) == before


def test_methodology_pin(life: Life) -> None:
    life.arrive(notice())
    (row,) = history(life, "openai", "CN")
    assert (row.methodology_version, len(row.input_digest)) == (constants.METHODOLOGY_VERSION, 64)
    assert life.answer(row.as_of).input_digest == row.input_digest


def test_unknown_is_unknown(life: Life) -> None:
    """No source has answered: it is said, and takes nothing off the score."""
    life.arrive(notice())
    answer = life.answer()
    assert answer.stale
    assert answer.score >= 75
    assert any("stale" in said or "no source" in said.casefold() for said in answer.unknowns)


@given(many_reports(), st.lists(st.integers(0, 20_000), min_size=2, max_size=5))
@stored
def test_explain_delta(life: Life, reports: list[Report], hours: list[int]) -> None:
    start = life.now
    told = life.begin(reports)
    for one in told:
        life.arrive(one, after=timedelta(hours=7))
    for early, late in pairwise(hours):
        before, after = (life.answer(start + timedelta(hours=asked)) for asked in (early, late))
        assert sum(cause.points for cause in explain_delta(before, after)) == after.score - before.score


def test_dispute(life: Life) -> None:
    """A denial halves what no primary source states; when it is taken back by an edit, all is as before."""
    life.arrive(report("a"), report("b"))
    before = life.answer()
    denial = report("c", modality="denied")
    life.arrive(denial)
    disputed = life.answer()
    assert (disputed.disputed, before.disputed) == (True, False)
    assert disputed.factors[0].weights["dispute"] == 0.5
    assert 0 < disputed.score < before.score
    taken_back = denial.document.model_copy(update={"revision": 2, "title": "Corrected", "content_hash": "c" * 64})
    life.arrive(denial.model_copy(update={"document": taken_back, "signal": report("x", type="tariff", providers={}).signal}))
    settled = life.answer()
    assert (settled.disputed, settled.factors[0].weights["dispute"]) == (False, 1.0)
    assert life.answer(disputed.as_of) == disputed


def test_team_exposure(life: Life) -> None:
    """Two teams, one provider: the public score is one, what it means for each is beside it."""
    uses = (Dependency(provider="openai", called_from=("CN",), substitutability="none"),)
    shop = (Dependency(provider="openai", called_from=("CN",), substitutability="easy"),)
    teams = (
        Team(id="core", name="Core", systems=(System(id="gateway", criticality="critical", dependencies=uses),)),
        Team(id="shop", name="Shop", systems=(System(id="search", criticality="low", dependencies=shop),)),
    )
    with life.world.store.write() as tx:
        save_inventory(tx, teams, NOTICE_DAY)
    life.arrive(notice())
    public = life.answer()
    core, shop_hit = exposed(life.reader(), life.now).items
    assert {core.score, shop_hit.score} == {public.score}
    assert core.team_score == public.score > shop_hit.team_score > 0
    assert [one.team for one in exposed(life.reader(), life.now, "shop").items] == ["shop"]
    assert life.answer() == public, "asking for a team changes nothing for others"
    with pytest.raises(NotFoundError):
        exposed(life.reader(), life.now, "nobody")


def test_a_narrow_look_gives_the_answer_of_all_events(life: Life) -> None:
    told = [
        notice(),
        report("b"),
        ban("k"),
        ban("i", "IT", "openai"),
        report("m", type="mitigation", providers={"openai": "restricting", "zhipu": "alternative"}),
    ]
    life.arrive(*told, report("n", type="export_control", providers={}, issuing=("US",), affected=("CN",), sectors=("ai",)))
    reader, whole = life.reader(), life.reader().picture(life.now)
    for provider in life.world.catalog.providers:
        for place in ("CN", "IT", "EU", "US", "HK"):
            narrow = reader.risk(provider, place, life.now)
            assert narrow == reader.risk(provider, place, life.now, whole), (provider, place)
        assert reader.risk(provider, None, life.now) == reader.risk(provider, None, life.now, whole)


@given(many_reports(6), st.randoms(use_true_random=False))
@stored
def test_a_narrow_look_at_any_time_gives_the_answer_of_all_known_then(life: Life, reports: list[Report], dice: random.Random) -> None:
    """Also where it begins with a glance at those whom one can switch to."""
    told, moments = life.begin(reports), []
    while told:
        size = dice.randint(1, 2)
        moments.append(life.arrive(*told[:size]))
        del told[:size]
    with pytest.MonkeyPatch.context() as patched:
        if dice.random() < 0.7:
            patched.setattr(concern, "LONG", 0)
            patched.setattr(concern, "GLANCE", 1)
        for moment in (moments[0] - HOUR, *moments):
            whole = life.reader().picture(moment)
            for provider in ("openai", "anthropic", "zhipu"):
                for place in ("CN", "IT", "EU", None):
                    assert life.reader().risk(provider, place, moment) == life.reader().risk(provider, place, moment, whole)
