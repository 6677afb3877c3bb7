"""Who agreed to get mails, and the links by which people agree."""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Whoever the inventory lists already gets mails and is not asked."""
    op.create_table(
        "consent",
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'confirmed')", name=op.f("ck_consent_state")),
        sa.PrimaryKeyConstraint("recipient", name=op.f("pk_consent")),
    )
    op.create_table(
        "consent_link",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_consent_link")),
    )
    _keep_recipients()


def _keep_recipients() -> None:
    tx = op.get_bind()
    version = sa.table(
        "inventory_version", sa.column("id", sa.Integer()), sa.column("recorded_at", UTCDateTime()), sa.column("body", sa.JSON())
    )
    newest = tx.execute(sa.select(version.c.recorded_at, version.c.body).order_by(version.c.id.desc()).limit(1)).one_or_none()
    since, teams = newest or (None, [])
    columns = [sa.column(name, kind) for name, kind in (("recipient", sa.String()), ("state", sa.String()), ("author", sa.String()))]
    consent = sa.table("consent", *columns, sa.column("since", UTCDateTime()), sa.column("asked", sa.Integer()))
    known = {who["email"].casefold() for team in teams for who in team.get("recipients", ())}
    if known:
        row = {"state": "confirmed", "author": "listed before schema 0009", "since": since, "asked": 0}
        tx.execute(sa.insert(consent), [{"recipient": who, **row} for who in sorted(known)])
