"""What is remembered of a source between its polls: hints of its feed, its rhythm, how its polls went."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Empty for known sources: their next poll fills it."""
    op.add_column("source", sa.Column("observed", sa.JSON(), nullable=True))
