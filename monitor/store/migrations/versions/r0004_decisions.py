"""What analysts decided about events."""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Empty at first: nothing was decided."""
    op.create_table(
        "event_decision",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('confirm', 'reject', 'merge', 'split', 'correct', 'dispute', 'undo')", name=op.f("ck_event_decision_kind")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_event_decision")),
    )
