"""A made-up alert with everything in it: two risks, a moved day, a risk that ended and a report that was withdrawn."""

from __future__ import annotations

from datetime import UTC, date, datetime

from monitor.inform.hits import hits
from monitor.inform.notice import Matter
from monitor.inform.query import DigestQuery
from monitor.model import Alert, AlertPair, AlertReason, Event, EventDates, Exposure, StageStep, ToldAlert
from tests.inform.episode import NAMES, SHANGHAI, TEAM, assessment, event, evidence, exposure, query

AT = datetime(2024, 7, 6, 6, 5, tzinfo=UTC)
READER = SHANGHAI.model_copy(update={"quiet": "22-07"})


def _stepped(told: Event, stage: str, day: date) -> Event:
    step = StageStep.model_validate({"stage": stage, "date": day, "recorded_at": AT, "documents": ("doc_2",), "origins": 2})
    return told.model_copy(update={"stage": stage, "stages": (*told.stages, step)})


def _asked() -> DigestQuery:
    cut = event("evt_cut", primary_source=True, type="access_restriction")
    ban = event(
        "evt_ban", type="service_ban", title="有关部门要求停用", providers={"nvidia": "targeted"},
        dates=EventDates(effective=date(2024, 7, 8)),
        evidence=(evidence("有关部门要求在七月八日前停止使用", "https://example.cn/通知"),),
    )  # fmt: skip
    rule = event("evt_rule", type="export_control", title="A rule on advanced chips", providers={"nvidia": "affected"})
    put_off = rule.model_copy(
        update={
            "dates": EventDates(effective=date(2024, 9, 1)),
            "evidence": (evidence("the rule takes effect on September 1", "https://gazette.example.gov/rule", primary=True),),
        }
    )
    fine = event("evt_fine", type="litigation", title="A court order", providers={"openai": "targeted"})
    false = event("evt_false", type="sanctions_listing", title="A listing", providers={"openai": "targeted"})
    now = (cut, ban, put_off, _stepped(fine, "suspended", date(2024, 7, 5)), false.model_copy(update={"withdrawn": True}))

    def hit(one: Event, level: str, provider: str, **changed: object) -> Exposure:
        return exposure(one.id, level=level, provider=provider, type=one.type, stage=one.stage, deadline=one.dates.effective, **changed)

    return query(
        recipient=READER,
        slot="2024-07-06",
        as_of=AT,
        data_as_of=AT,
        events=now,
        exposures=(hit(cut, "critical", "openai", score=83), hit(ban, "high", "nvidia", score=61), hit(put_off, "medium", "nvidia")),
        assessments=(assessment(),),
        previous_as_of=datetime(2024, 7, 6, 0, 0, tzinfo=UTC),
        previous_events=(rule, fine, false),
        previous_exposures=(hit(rule, "high", "nvidia"), hit(fine, "high", "openai"), hit(false, "high", "openai")),
        names=NAMES,
        sources=(),
    )


def matters(*only: str) -> list[Matter]:
    """The matters of these events, or all."""
    asked = _asked()
    reasons: dict[str, AlertReason] = {
        "evt_cut": "new", "evt_ban": "new", "evt_rule": "moved", "evt_fine": "lifted", "evt_false": "withdrawn",
    }  # fmt: skip
    return [
        Matter(query=asked, hit=hit, told=ToldAlert(alert=_alert(hit.event, reasons[hit.event.id]), team=TEAM.id, providers=("openai",)))
        for hit in hits(asked)
        if not only or hit.event.id in only
    ]


def _alert(told: Event, reason: AlertReason) -> Alert:
    return Alert(
        event=told.id, at=AT, reason=reason, title=told.title, type=told.type, stage=told.stage, effective=told.dates.effective,
        pairs=(AlertPair(provider="openai", jurisdiction="CN", points=70),), document="doc_1", confidence=0.9, origins=2,
    )  # fmt: skip
