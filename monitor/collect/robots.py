"""May a page be read by us? A source comes in, None or why not goes out, as robots.txt says (RFC 9309).

Asked for watched pages only: a feed is published to be fetched by programs. The file comes through the guarded door like any
other, is kept for a day at most, and is asked for once per site however many pages are due. What the door refuses or a
server's error leaves unknown counts as "no" until it is known; a copy of before serves meanwhile.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from monitor.collect.failures import RefusedError
from monitor.collect.fetch import Fetcher
from monitor.model import FetchFailure, Response, Source, Validators

PRODUCT = "forewarned"
"""The name that a group of robots.txt addresses us by."""
_MAX_BYTES = 500 * 1024
_LONGEST, _SHORTEST = timedelta(days=1), timedelta(hours=1)
# Pages of one site that come due together shall not each knock at a site that is down.
_RETRY = timedelta(minutes=5)
# More redirects than the door follows: the RFC counts the file as absent.
_ENDLESS = frozenset({"too_many_redirects", "redirect_loop"})


@dataclass(frozen=True)
class Rules:
    """What a site's robots.txt says; `rules` None means that everything is allowed, `unknown` that nothing is."""

    until: datetime
    rules: Protego | None = None
    unknown: FetchFailure | None = None


RulesBySite = dict[tuple[str, bool], Rules]
"""What is known of sites, by origin and whether the operator calls them private; outlives a `Robots`."""


class Robots:
    """Answers for the sources of one cycle; `known` carries what was learned from one cycle to the next."""

    def __init__(self, fetcher: Fetcher, known: RulesBySite) -> None:
        self._fetcher, self._known = fetcher, known
        self._asking: dict[tuple[str, bool], asyncio.Lock] = {}

    async def refusal(self, source: Source, now: datetime) -> FetchFailure | None:
        """Why `source` may not be read, None when it may. The reason is `bad_status`, as of a site that says 403, or the file's own.

        HeldBackError when the file is not known because its host asked, in answer to another source, to be left alone.
        """
        parts = urlsplit(source.url)
        site = f"{parts.scheme}://{parts.netloc}".lower()
        rules = await self._rules(site, source, now)
        if rules.unknown is not None:
            detail = f"may not be read until its robots.txt can be: {rules.unknown.detail}"
            refused = RefusedError(rules.unknown.reason, detail, None, rules.unknown.retry_after_s)
            refused.hold = rules.unknown.hold
            return refused.failure(source.url, now)
        if rules.rules is None or rules.rules.can_fetch(source.url, PRODUCT):
            return None
        return RefusedError("bad_status", f"{site}/robots.txt does not allow it").failure(source.url, now)

    async def _rules(self, site: str, source: Source, now: datetime) -> Rules:
        key = (site, source.private)
        async with self._asking.setdefault(key, asyncio.Lock()):
            before = self._known.get(key)
            if before is not None and now < before.until:
                if before.unknown is not None:
                    self._fetcher.check_free(f"{site}/robots.txt", now)
                return before
            answer = await self._fetcher.fetch(source, f"{site}/robots.txt", Validators(), now)
            self._known[key] = rules_of(answer, before, now)
            # A host that asks to be left alone is not asked for the page either, however well its rules are known.
            if isinstance(answer, FetchFailure) and answer.hold is not None:
                return Rules(now, unknown=answer)
            return self._known[key]


def rules_of(answer: Response | FetchFailure, before: Rules | None, now: datetime) -> Rules:
    """What an answer for robots.txt means, given what was known `before` it."""
    if isinstance(answer, Response):
        wait = timedelta(seconds=answer.max_age_s) if answer.max_age_s is not None else _LONGEST
        return Rules(now + min(max(wait, _SHORTEST), _LONGEST), rules=_parsed(answer.body))
    if _says_there_is_none(answer):
        return Rules(now + _LONGEST)
    if before is not None and before.unknown is None:
        return Rules(now + _RETRY, rules=before.rules)
    return Rules(now + _RETRY, unknown=answer)


def _says_there_is_none(failure: FetchFailure) -> bool:
    """4xx, but for "too many requests", which says that the server is overtaxed and not that the file is absent."""
    absent = failure.status is not None and 400 <= failure.status < 500 and failure.status != 429
    return absent or failure.reason == "empty_body" or failure.reason in _ENDLESS


def _parsed(body: bytes) -> Protego:
    """The rules in the first 500 KiB; a line that the cap cuts is left out, since half a path forbids more than the whole."""
    text = body[:_MAX_BYTES]
    if len(body) > _MAX_BYTES:
        text = text[: max(text.rfind(b"\n"), text.rfind(b"\r")) + 1]
    # Lines end with CR, LF or both; the parser would also break them at the separators of Unicode.
    lines = re.split(r"\r\n?|\n", text.decode("utf-8-sig", "replace"))
    return Protego.parse("\n".join("".join(c if c.isprintable() or c == "\t" else " " for c in line) for line in lines))
