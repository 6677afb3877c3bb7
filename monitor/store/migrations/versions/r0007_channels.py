"""Who takes no mails about a team, and the secrets that links without a login rest on."""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Both tables begin empty."""
    op.create_table(
        "unsubscription",
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("recipient", "team", name=op.f("pk_unsubscription")),
    )
    op.create_table(
        "link_key",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_link_key")),
    )
