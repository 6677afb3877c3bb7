"""Scores as they were given, append-only: assessments go in, the history of one provider in one place goes out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from monitor.model import Assessment
from monitor.store.dialect import Written, insert_new
from monitor.store.tables import AssessmentRow


def save_assessments(tx: Session, assessments: Sequence[Assessment], now: datetime) -> int:
    """Stores scores; the same inputs, methodology and UTC day write nothing. How many were new."""
    rows = [
        {
            "provider_id": assessment.provider,
            "jurisdiction": assessment.jurisdiction,
            "methodology_version": assessment.methodology_version,
            "input_digest": assessment.input_digest,
            "as_of_day": assessment.as_of.astimezone(UTC).date(),
            "score": assessment.score,
            "level": assessment.level,
            "recorded_at": now,
            "body": Written(assessment.model_dump_json()),
        }
        for assessment in assessments
    ]
    return len(insert_new(tx, AssessmentRow, rows, "provider_id"))


def assessment_history(
    tx: Session, provider: str, jurisdiction: str, *, since: date | None = None, known_at: datetime | None = None
) -> list[Assessment]:
    """One score a day, oldest first: of each day the one recorded last, as known at `known_at` (None: now)."""
    wanted = select(col(AssessmentRow.as_of_day), col(AssessmentRow.body)).where(
        col(AssessmentRow.provider_id) == provider, col(AssessmentRow.jurisdiction) == jurisdiction
    )
    if since is not None:
        wanted = wanted.where(col(AssessmentRow.as_of_day) >= since)
    if known_at is not None:
        wanted = wanted.where(col(AssessmentRow.recorded_at) <= known_at)
    ordered = wanted.order_by(col(AssessmentRow.as_of_day), col(AssessmentRow.recorded_at), col(AssessmentRow.input_digest))
    last_of_day = {row.as_of_day: row.body for row in tx.execute(ordered)}
    return [Assessment.model_validate(body) for body in last_of_day.values()]
