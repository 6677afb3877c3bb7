"""A backtest as plain JSON: everything in it comes in, what `backtest --json` prints goes out. No text of a publisher is in it."""

from __future__ import annotations

from typing import Any

from monitor.backtest.measure import Figures, Share, Warned
from monitor.backtest.replay import Told
from monitor.backtest.run import Backtest


def answer(result: Backtest) -> dict[str, Any]:
    """The figures, then what happened and how it was told, then every alert."""
    return {
        "from": result.first.isoformat(),
        "to": result.last.isoformat(),
        "documents": result.documents,
        "left_out": result.left_out,
        "documents_of_events": result.relevant,
        "events": result.events,
        "seconds": round(result.seconds, 1),
        "read_by": result.readers,
        "methodology_version": result.methodology_version,
        "figures": [_figures(one) for one in result.figures],
        "thresholds": [{"points": points, **_figures(one)} for points, one in result.floors],
        "lead_days": result.lead_days,
        "calibration_error": round(result.calibration_error, 3),
        "calibration": [{"confidence": round(one.confidence, 3), "right": _share(one.right)} for one in result.bins],
        "weeks": [{"from": day.isoformat(), "alerts": count} for day, count in result.weeks],
        "truth": [_warned(one) for one in result.warned],
        "alerts": [_told(one, result) for one in result.told],
    }


def _share(share: Share) -> dict[str, Any]:
    return {"share": round(share.share, 3), "low": round(share.low, 3), "hits": share.hits, "n": share.n}


def _figures(one: Figures) -> dict[str, Any]:
    return {
        "name": one.name,
        "alerts": one.alerts,
        "per_week": round(one.per_week, 2),
        "precision": _share(one.precision),
        "recall": _share(one.recall),
    }


def _warned(one: Warned) -> dict[str, Any]:
    return {
        "id": one.event.id,
        "what": one.event.what,
        "day": one.event.day.isoformat(),
        "effective": one.event.effective.isoformat() if one.event.effective else None,
        "source": one.event.source,
        "reports": one.reports,
        "first_report": one.first_report.published_at.isoformat() if one.first_report else None,
        "first_alert": one.told.alert.at.isoformat() if one.told else None,
        "delay_hours": round(one.delay.total_seconds() / 3600, 1) if one.delay is not None else None,
        "in_time": one.in_time,
        "lead_days": one.lead_days,
        "event": one.told.alert.event if one.told else None,
        "stages": [{"stage": s.stage, "date": s.date.isoformat(), "recorded_at": s.recorded_at.isoformat()} for s in one.stages],
    }


def _told(one: Told, result: Backtest) -> dict[str, Any]:
    alert = one.alert
    label = result.label(one)
    return {
        "at": alert.at.isoformat(),
        "reason": alert.reason,
        "event": alert.event,
        "title": alert.title,
        "type": alert.type,
        "stage": alert.stage,
        "effective": alert.effective.isoformat() if alert.effective else None,
        "pairs": [pair.model_dump() for pair in alert.pairs],
        "confidence": alert.confidence,
        "origins": alert.origins,
        "document": alert.document,
        "url": one.lead.url,
        "right": label.right if label else None,
        "fault": label.fault if label else None,
    }
