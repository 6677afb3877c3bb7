"""Which events may weigh on which provider in which place: a look-up, so that an answer need not read every event."""

from itertools import product

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0005"
down_revision = "0004"

_HIT = {"restricting", "targeted", "affected"}
_EVENT = sa.table(
    "event", sa.column("event_id"), sa.column("revision"), sa.column("recorded_at", UTCDateTime()), sa.column("body", sa.JSON())
)


def upgrade() -> None:
    """Filled from the revisions of events that are known already."""
    reach = op.create_table(
        "event_reach",
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("party", "place", "event_id", name=op.f("pk_event_reach")),
    )
    first: dict[tuple[str, str, str], object] = {}
    told = sa.select(_EVENT.c.event_id, _EVENT.c.recorded_at, _EVENT.c.body).order_by(_EVENT.c.event_id, _EVENT.c.revision)
    for event, at, body in op.get_bind().execute(told):
        roles = body["providers"]
        parties = {*roles} | ({"*"} if not _HIT & set(roles.values()) else set())
        places = {*body["affected"], *body["issuing"]} | ({"*"} if not body["affected"] else set())
        for party, place in product(sorted(parties), sorted(places)):
            first.setdefault((party, place, event), at)
    rows = [{"party": party, "place": place, "event_id": event, "recorded_at": at} for (party, place, event), at in first.items()]
    if rows:
        op.bulk_insert(reach, rows)
