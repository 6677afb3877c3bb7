"""Secrets of links that need no login: made once, read by whoever signs or checks, replaced to make old links void."""

from __future__ import annotations

from datetime import datetime
from secrets import token_hex

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlmodel import col

from monitor.store.dialect import insert_new
from monitor.store.tables import LinkKeyRow

UNSUBSCRIBE = "unsubscribe"
_TEAM = "team/"
_KEY_BYTES = 32


def unsubscribe_key(tx: Session) -> str | None:
    """The secret that unsubscribe links are signed with; None before the first mail that carries one."""
    return tx.scalar(select(col(LinkKeyRow.key)).where(col(LinkKeyRow.subject) == UNSUBSCRIBE))


def make_unsubscribe_key(tx: Session, now: datetime) -> None:
    """Makes the secret of unsubscribe links where there is none; it is never replaced, so that links in old mails stay good."""
    _insert(tx, UNSUBSCRIBE, now)


def team_keys(tx: Session) -> dict[str, str]:
    """The secrets of the calendars and feeds that were given out, by team."""
    rows = tx.execute(
        select(col(LinkKeyRow.subject), col(LinkKeyRow.key)).where(col(LinkKeyRow.subject).startswith(_TEAM, autoescape=True))
    )
    return {subject.removeprefix(_TEAM): key for subject, key in rows}


def make_team_key(tx: Session, team: str, now: datetime, *, renew: bool = False) -> str:
    """The secret of a team's calendar and feed; with `renew` a new one, which makes the links given out before void."""
    if renew:
        drop_team_key(tx, team)
    _insert(tx, _TEAM + team, now)
    key = tx.scalar(select(col(LinkKeyRow.key)).where(col(LinkKeyRow.subject) == _TEAM + team))
    assert key is not None
    return key


def drop_team_key(tx: Session, team: str) -> bool:
    """Makes a team's links void; False when none were given out."""
    gone = delete(LinkKeyRow).where(col(LinkKeyRow.subject) == _TEAM + team).returning(col(LinkKeyRow.subject))
    return tx.scalar(gone) is not None


def _insert(tx: Session, subject: str, now: datetime) -> None:
    insert_new(tx, LinkKeyRow, [{"subject": subject, "key": token_hex(_KEY_BYTES), "since": now}], "subject")
