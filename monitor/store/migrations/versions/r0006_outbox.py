"""What a mail is about beside its row, and the addresses that take none."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Mails so far are digests; what they are about stands in their bodies and slots."""
    op.add_column("delivery", sa.Column("kind", sa.String(), nullable=True))
    op.add_column("delivery", sa.Column("team", sa.String(), nullable=True))
    op.add_column("delivery", sa.Column("as_of", UTCDateTime(), nullable=True))
    _fill()
    with op.batch_alter_table("delivery") as table:
        table.alter_column("kind", existing_type=sa.String(), nullable=False)
        table.alter_column("team", existing_type=sa.String(), nullable=False)
    op.create_index(op.f("ix_delivery_kind_as_of"), "delivery", ["kind", "as_of"], unique=False)
    op.create_table(
        "mailbox",
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("recipient", name=op.f("pk_mailbox")),
    )


def _fill() -> None:
    columns = ("recipient", "slot", "channel", "kind", "team")
    row = sa.table(
        "delivery", *(sa.column(name, sa.String()) for name in columns), sa.column("as_of", UTCDateTime()), sa.column("body", sa.JSON())
    )
    tx = op.get_bind()
    tx.execute(sa.update(row).values(kind="digest", team=""))
    keys = tx.execute(sa.select(row.c.recipient, row.c.slot, row.c.channel)).all()
    for recipient, slot, channel in keys:  # one body at a time: an old outbox may be large
        same = (row.c.recipient == recipient, row.c.slot == slot, row.c.channel == channel)
        told = tx.execute(sa.select(row.c.body).where(*same)).scalar_one().get("as_of")
        as_of = datetime.fromisoformat(told) if told else None
        tx.execute(sa.update(row).where(*same).values(team=slot.rpartition("/")[2], as_of=as_of))
