"""What scores read of an event, beside the whole of it; documents by when they were stored."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0010"
down_revision = "0009"

_AT_ONCE = 1_000
_ALIKE = (
    "type", "beneath", "title", "modality", "stage", "issuing", "affected", "dates", "date_conflicts", "sectors", "offers",
    "primary_source", "reliability", "last_reported_at", "disputed", "decisions",
)  # fmt: skip
_EVENT = sa.table(
    "event",
    sa.column("event_id", sa.String()),
    sa.column("revision", sa.Integer()),
    sa.column("recorded_at", UTCDateTime()),
    sa.column("withdrawn", sa.Boolean()),
    sa.column("body_hash", sa.String()),
    sa.column("body", sa.JSON()),
)


def upgrade() -> None:
    """Filled from the revisions of events that are known already."""
    op.create_index(op.f("ix_document_recorded_at"), "document", ["recorded_at"])
    brief = op.create_table(
        "event_brief",
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body_hash", sa.String(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "revision", name=op.f("pk_event_brief")),
    )
    for rows in _portions(op.get_bind()):
        op.bulk_insert(brief, [dict(row._mapping) | _kept(row.body) for row in rows])


def _portions(connection: sa.Connection) -> Iterator[Sequence[sa.Row[Any]]]:
    key = sa.tuple_(_EVENT.c.event_id, _EVENT.c.revision)
    wanted = sa.select(_EVENT).order_by(_EVENT.c.event_id, _EVENT.c.revision).limit(_AT_ONCE)
    rows = connection.execute(wanted).all()
    while rows:
        yield rows
        rows = connection.execute(wanted.where(key > sa.tuple_(rows[-1].event_id, rows[-1].revision))).all()


def _kept(body: dict[str, Any]) -> dict[str, Any]:
    kept = {name: body[name] for name in _ALIKE if body.get(name)}
    origins = body["origins"]
    told = {"stages": [[step["stage"], step["date"]] for step in body["stages"]], "origins": len(origins)}
    lone = {"origin": origins[0]} if len(origins) == 1 else {}
    return {"roles": body["providers"], "body": kept | told | lone, "evidence": body["evidence"]}
