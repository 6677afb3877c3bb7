"""Random events and reports for the properties of the score: valid, about OpenAI in China unless said otherwise."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

from hypothesis import settings
from hypothesis import strategies as st

from monitor.model import Event, EventDates, EventType, Modality, Reliability, Report, Role, Stage
from tests.assess.builders import DEADLINE, NOTICE_DAY, crafted, prose, report

TYPES: tuple[EventType, ...] = get_args(EventType)
STAGES: tuple[Stage, ...] = get_args(Stage)
MODALITIES: tuple[Modality, ...] = get_args(Modality)
RELIABILITIES: tuple[Reliability, ...] = ("high", "medium", "low")
quick = settings(max_examples=40 if settings().derandomize else 1000, deadline=None)
"""Few examples, because CI is shared, but many in a search; no deadline, because it is slow at times."""
_OFFSETS = st.integers(-200, 200)


@st.composite
def events(draw: st.DrawFn, /, tag: str = "", **fixed: Any) -> Event:
    """Any event that may concern OpenAI in China."""
    effective = draw(st.none() | _OFFSETS.map(lambda n: DEADLINE + timedelta(days=n)))
    drawn: dict[str, Any] = {
        "type": draw(st.sampled_from(TYPES)),
        "stage": draw(st.sampled_from(STAGES)),
        "modality": draw(st.sampled_from(MODALITIES)),
        "providers": {"openai": draw(st.sampled_from(("restricting", "targeted", "affected", "mentioned", "alternative")))},
        "affected": draw(st.sampled_from((("CN",), ("IT",), ()))),
        "issuing": draw(st.sampled_from((("CN",), ("US",), ()))),
        "dates": EventDates(effective=effective),
        "origins": tuple(f"o{i}" for i in range(draw(st.integers(1, 5)))),
        "primary_source": draw(st.booleans()),
        "reliability": draw(st.sampled_from(RELIABILITIES)),
        "last_reported_at": NOTICE_DAY - timedelta(days=draw(st.integers(0, 900))),
        "disputed": draw(st.booleans()),
    }
    return crafted(tag or f"{draw(st.integers(0, 10**9)):x}", **(drawn | fixed))


@st.composite
def many_events(draw: st.DrawFn, /, max_size: int = 6, **fixed: Any) -> list[Event]:
    """Several events with ids of their own."""
    return [draw(events(tag=f"e{i}", **fixed)) for i in range(draw(st.integers(0, max_size)))]


@st.composite
def many_reports(draw: st.DrawFn, max_size: int = 7) -> list[Report]:
    """Reports of a few providers, issuers, stages and modalities, told and recorded over some months."""
    return [_report(draw, i) for i in range(draw(st.integers(1, max_size)))]


def _report(draw: st.DrawFn, number: int) -> Report:
    told = NOTICE_DAY + timedelta(days=draw(st.integers(0, 260)), hours=draw(st.integers(0, 23)))
    kind: EventType = draw(st.sampled_from(("access_restriction", "service_ban", "litigation", "relief", "mitigation")))
    roles: tuple[Role, ...] = ("restricting", "targeted", "alternative", "mentioned")
    parties = draw(st.dictionaries(st.sampled_from(("openai", "anthropic", "zhipu")), st.sampled_from(roles), max_size=2))
    text = draw(st.sampled_from(("own", "own", "shared")))
    return report(
        f"r{number}",
        told=told,
        doc={"text": prose(f"r{number}" if text == "own" else "shared")},
        recorded_at=told + timedelta(hours=draw(st.integers(1, 2000))),
        type=kind,
        beneath=draw(st.sampled_from(((), ("service_ban",), ("access_restriction",)))),
        providers=parties,
        issuing=draw(st.sampled_from(((), ("CN",), ("US",)))),
        affected=draw(st.sampled_from(((), ("CN",), ("IT",)))),
        stage=draw(st.sampled_from(STAGES)),
        modality=draw(st.sampled_from(("asserted", "asserted", "asserted", "threatened", "denied", "hypothetical"))),
        background=draw(st.sampled_from((False, False, True))),
        effective=draw(st.none() | st.integers(-60, 200).map(lambda n: DEADLINE + timedelta(days=n))),
    )
