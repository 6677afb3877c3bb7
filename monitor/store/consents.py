"""Who agreed to get mails: an address is pending until its owner or an operator says yes; links to agree by are kept as hashes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from monitor.model import Consent, ConsentState
from monitor.store.dialect import insert_new
from monitor.store.tables import AS_WRITTEN, ConsentLinkRow, ConsentRow


def add(tx: Session, recipient: str, state: ConsentState, author: str, now: datetime) -> bool:
    """Notes an address for the first time; False when it is known, whatever its state."""
    row = {"recipient": recipient.casefold(), "state": state, "since": now, "author": author, "asked": 0, "asked_at": None}
    return bool(insert_new(tx, ConsentRow, [row], "recipient"))


def confirm(tx: Session, recipient: str, author: str, now: datetime) -> bool:
    """Notes that an address agreed, or that somebody answers for it; False when it was confirmed before, whose word then stands."""
    if add(tx, recipient, "confirmed", author, now):
        return True
    pending = (col(ConsentRow.recipient) == recipient.casefold(), col(ConsentRow.state) == "pending")
    changed = update(ConsentRow).where(*pending).values(state="confirmed", author=author, since=now)
    return tx.scalar(changed.returning(col(ConsentRow.recipient)).execution_options(**AS_WRITTEN)) is not None


def asked(tx: Session, recipient: str, now: datetime) -> None:
    """Counts one more mail that asks."""
    same = col(ConsentRow.recipient) == recipient.casefold()
    counted = update(ConsentRow).where(same).values(asked=col(ConsentRow.asked) + 1, asked_at=now)
    tx.execute(counted.execution_options(**AS_WRITTEN))


def consent(tx: Session, recipient: str) -> Consent | None:
    """What is known of an address."""
    return next(iter(_found(tx, [recipient.casefold()])), None)


def consents(tx: Session) -> list[Consent]:
    """What is known of all addresses, by address."""
    return _found(tx, None)


def pending(tx: Session) -> set[str]:
    """The addresses, in lower case, that did not agree yet."""
    return set(tx.scalars(select(col(ConsentRow.recipient)).where(col(ConsentRow.state) == "pending")))


def add_link(tx: Session, token: str, recipient: str, until: datetime) -> None:
    """Makes a token good for agreeing; only its hash is kept."""
    tx.execute(insert(ConsentLinkRow).values(token_hash=_hash(token), recipient=recipient.casefold(), until=until))


def link(tx: Session, token: str) -> tuple[str, datetime] | None:
    """The address, in lower case, that a token stands for, and how long it is good; None for one that was not given out."""
    wanted = select(col(ConsentLinkRow.recipient), col(ConsentLinkRow.until)).where(col(ConsentLinkRow.token_hash) == _hash(token))
    found = tx.execute(wanted).one_or_none()
    return None if found is None else (found[0], found[1])


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def _found(tx: Session, recipients: Iterable[str] | None) -> list[Consent]:
    wanted = select(ConsentRow).order_by(col(ConsentRow.recipient)).execution_options(**AS_WRITTEN)
    if recipients is not None:
        wanted = wanted.where(col(ConsentRow.recipient).in_(list(recipients)))
    return [Consent.model_validate({name: getattr(row, name) for name in Consent.model_fields}) for row in tx.scalars(wanted)]
