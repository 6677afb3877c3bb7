"""What a case is: what the server does at each poll, and what must be stored and known afterwards. Plain values, no behaviour."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.collect.bodies import item, rss
from tests.collect.wire import Script, http

Served = Script | Callable[[], Script]
"""What is sent; large bodies come from a function, so that they exist only while they are sent."""
DAY_S = 86_400
FLOOR_S = 1800
"""The poll floor of the runs."""
JITTER_S = FLOOR_S * 0.1
USUAL = (FLOOR_S, FLOOR_S + JITTER_S)
LONGEST = (DAY_S, DAY_S + JITTER_S)


@dataclass(frozen=True, kw_only=True)
class Poll:
    """One poll: what is served, and what must hold after it; None claims nothing."""

    served: Served = ()
    more: Mapping[str, Served] = field(default_factory=dict)
    """What stands beside the feed, by the last part of its path."""
    ends: tuple[str, ...] = ("ok",)
    """The states (of an answer) or reasons (of a failure) that are right; one of them must come."""
    titles: tuple[str, ...] | None = None
    """Titles of the newest versions, in any order."""
    count: int | None = None
    revisions: tuple[int, ...] | None = None
    """Revisions of the newest versions, in rising order."""
    texts: tuple[str, ...] | None = None
    urls: tuple[str, ...] | None = None
    """Addresses of the documents; `FEED` stands for the source's own."""
    published: tuple[datetime | None, ...] | None = None
    """When the entries say they were published; `TOMORROW` for a day after the fetch."""
    origins: tuple[str, ...] | None = None
    """The different origin groups of the documents."""
    lacks: tuple[str, ...] = ()
    """What may stand in no title, text or address."""
    wait: tuple[float, float] | None = None
    """Seconds until the next poll, at least and at most."""
    moved_to: str | None = None
    """The last part of the recorded permanent address; empty when none may be recorded."""
    sends: Mapping[str, str | None] = field(default_factory=dict)
    """Header lines the request must carry, byte for byte; None for a header it must not have."""
    asks: int | None = None
    """How many requests reach the server."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A name, its polls a day apart, and how long each may take."""

    name: str
    polls: tuple[Poll, ...]
    seconds: float = 12.0
    source: Mapping[str, object] = field(default_factory=dict)
    """What the source says of itself beyond a private news feed."""
    url: str = ""
    """The source's address when it is not the case's own feed; `{port}` stands for the server's."""


FEED = "feed:"
TOMORROW = datetime.max.replace(tzinfo=UTC)
"""Stands for a day after the fetch."""


def case(name: str, *polls: Poll, seconds: float = 12.0, url: str = "", **source: object) -> Case:
    """A case; further keywords describe its source."""
    return Case(name=name, polls=polls, seconds=seconds, url=url, source=source)


def ok(served: Served, *titles: str, **claims: object) -> Poll:
    """A poll that must store exactly these titles (any, when none is named)."""
    return Poll(served=served, titles=titles or None, **claims)  # type: ignore[arg-type]  # the claims are Poll's own fields


def fails(served: Served, *reasons: str, **claims: object) -> Poll:
    """A poll that must end in one of these reasons and store nothing, if no other number is claimed."""
    claims = {"count": 0} | claims
    return Poll(served=served, ends=reasons, **claims)  # type: ignore[arg-type]


def either(served: Served, *ends: str, **claims: object) -> Poll:
    """A poll where reading and refusing are both right; what counts is that it ends."""
    return Poll(served=served, ends=ends, **claims)  # type: ignore[arg-type]


def body(served: str | bytes, content_type: str = "application/rss+xml", **headers: str) -> Script:
    """A plain answer with this body."""
    return [http(body=served.encode() if isinstance(served, str) else served, Content_Type=content_type, **headers)]


def lazily(make: Callable[[], str | bytes], content_type: str = "application/rss+xml", **headers: str) -> Callable[[], Script]:
    """A plain answer whose body is made when it is asked for."""
    return lambda: body(make(), content_type, **headers)


def feed(*titles: str, **fields: str) -> str:
    """An RSS feed of these titles, each its own guid, with equal further fields."""
    return rss("".join(item(title, title, **fields) for title in titles))
