"""Is this installation fit to run? Settings come in; one finding per part goes out, each with what to mend."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from urllib.parse import urlsplit

from pydantic import BaseModel

from monitor.answers.health import alerts
from monitor.answers.outbox import outbox_answer
from monitor.answers.ways import channels_answer
from monitor.catalog import load_catalog, load_channels, load_sources
from monitor.errors import ForewarnedError
from monitor.settings import Settings, load_settings
from monitor.store import open_store
from monitor.store import sources as stored_sources

CONNECT_TIMEOUT_S = 5.0
_SHOWN_ALERTS = 5


class Check(BaseModel):
    """One finding."""

    name: str
    ok: bool
    detail: str


def examine() -> list[Check]:
    """Check every part in the order in which a run needs them; a broken one does not stop the rest."""
    try:
        settings = load_settings()
    except ForewarnedError as error:
        return [Check(name="settings", ok=False, detail=str(error))]
    return [Check(name="settings", ok=True, detail="all FOREWARNED_* names and values are known"), *_parts(settings)]


def _parts(settings: Settings) -> Iterator[Check]:
    parts: dict[str, Callable[[Settings], str]] = {
        "catalogue": _catalogue,
        "feeds": _feeds,
        "database": _database,
        "tagger": _tagger,
        "mail": _mail,
        "channels": _channels,
        "outbox": _outbox,
        "polling": _polling,
        "sources": _sources,
    }
    for name, examined in parts.items():
        try:
            yield Check(name=name, ok=True, detail=examined(settings))
        except (ForewarnedError, OSError) as error:
            yield Check(name=name, ok=False, detail=str(error))


def _catalogue(_settings: Settings) -> str:
    catalog = load_catalog()
    return f"{len(catalog.providers)} providers, {len(catalog.places)} jurisdictions"


def _feeds(settings: Settings) -> str:
    sources = load_sources(settings.feeds)
    return f"{settings.feeds}: {len(sources)} sources of {len({source.family for source in sources})} families"


def _database(settings: Settings) -> str:
    with closing(open_store(settings.store_url)) as store, store.write():
        return f"{store.url_without_password} can be written"


def _tagger(_settings: Settings) -> str:
    from monitor.understand.pipeline import english
    from monitor.understand.tag import TAGGER_VERSION

    english()
    return f"the language model loads, version {TAGGER_VERSION}"


def _mail(settings: Settings) -> str:
    if settings.smtp_url is None:
        return "FOREWARNED_SMTP_URL is not set: digests are composed and wait; set it to send them"
    parts = urlsplit(settings.smtp_url.get_secret_value())
    where = (parts.hostname or "", parts.port or (465 if parts.scheme == "smtps" else 25))
    try:
        with closing(socket.create_connection(where, timeout=CONNECT_TIMEOUT_S)):
            return f"{where[0]}:{where[1]} answers"
    except OSError as error:
        raise OSError(f"{where[0]}:{where[1]} cannot be reached ({error}); check FOREWARNED_SMTP_URL and the firewall") from error


def _channels(settings: Settings) -> str:
    channels = load_channels(settings.channels)
    with closing(open_store(settings.store_url)) as store:
        found = channels_answer(store, channels).items
    bad = [f"{one.name} is {one.state}: {one.reason}" for one in found if one.state != "open"]
    if channels and settings.channels.stat().st_mode & 0o004:
        bad.append(f"{settings.channels} holds secrets and everybody on this machine may read it: chmod 600")
    if bad:
        raise OSError(" | ".join(bad))
    return ", ".join(f"{name} ({one.kind})" for name, one in channels.items()) or "none set up: mails only"


def _outbox(settings: Settings) -> str:
    with closing(open_store(settings.store_url)) as store:
        answer = outbox_answer(store, ("in_doubt", "failed"), _SHOWN_ALERTS, masked=False)
    counts = ", ".join(f"{count} {state}" for state, count in answer.counts.items()) or "no mail yet"
    bad = [f"{one.id} to {one.recipient} {one.state}: {one.reason}" for one in answer.items if one.state == "in_doubt" and not one.underway]
    bad += [f"{one.recipient} is left alone after {one.refusals} refusals ({one.reason})" for one in answer.suspended[:_SHOWN_ALERTS]]
    failed = [f"last failure {one.due_at:%Y-%m-%d}: {one.reason}" for one in answer.items if one.state == "failed"][:1]
    gone = [f"{one.recipient} has unsubscribed from {one.team}" for one in answer.unsubscribed[:_SHOWN_ALERTS]]
    more = [f"{len(answer.unsubscribed) - len(gone)} more have unsubscribed"] if len(answer.unsubscribed) > len(gone) else []
    waiting = sum(one.state == "pending" for one in answer.consents)
    asked = [f"{waiting} recipients have not confirmed"] if waiting else []
    told = " | ".join([counts, *bad, *failed, *gone, *more, *asked])
    if bad:
        raise OSError(f"{told}; decide with forewarned outbox")
    return told


def _polling(settings: Settings) -> str:
    with closing(open_store(settings.store_url)) as store, store.read() as tx:
        rows = stored_sources.source_statuses(tx)
    states = Counter(row.state for row in rows)
    if not rows:
        return "no source polled yet: start `forewarned run`"
    bad = [f"{row.id} ({row.reason})" for row in rows if row.state in ("failing", "gone")]
    summary = ", ".join(f"{n} {state}" for state, n in sorted(states.items()))
    if bad and len(bad) == len(rows):
        raise OSError(f"every source fails: {summary}; check this machine's network")
    return summary + (f"; failing: {', '.join(bad[:5])}" if bad else "")


def _sources(settings: Settings) -> str:
    with closing(open_store(settings.store_url)) as store, store.read() as tx:
        rows = stored_sources.source_statuses(tx)
    now = settings.clock()
    found = [(row.id, alert) for row in rows for alert in alerts(row, now)]
    told = [f"{name}: {alert.text}" for name, alert in sorted(found, key=lambda pair: (pair[1].level == "note", pair[0]))]
    listed = " | ".join(told[:_SHOWN_ALERTS]) + (
        f" | {len(told) - _SHOWN_ALERTS} more: forewarned sources" if len(told) > _SHOWN_ALERTS else ""
    )
    if any(alert.level == "warning" for _, alert in found):
        raise OSError(listed)
    failing = sum(row.state == "failing" for row in rows)
    young = f"{failing} {'fails' if failing == 1 else 'fail'}, not yet for long enough to be an alert"
    return listed or (young if failing else "none fails, none is silent beyond its habit")
