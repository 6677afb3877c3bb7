"""robots.txt: groups, longest match, wildcards; absent, broken and unreachable files; what is kept and for how long."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from monitor.collect.fetch import Fetcher
from monitor.collect.robots import Robots, RulesBySite, rules_of
from monitor.model import FetchFailure, Reason, Response
from tests.collect.wire import NOW, RESET, Script, http, policy, source, wire

PAGE = "/terms/index.html?lang=en"


async def _ask(script: Script | None, path: str = PAGE, times: int = 1) -> tuple[list[FetchFailure | None], int]:
    scripts = {} if script is None else {"/robots.txt": list(script)}
    async with wire(scripts) as server, Fetcher(policy("127.0.0.1")) as fetcher:
        robots = Robots(fetcher, {})
        asked = source(server.url(path), format="page")
        answers = await asyncio.gather(*(robots.refusal(asked, NOW) for _ in range(times)))
        return list(answers), len(server.requests)


def refusal(script: Script | None, path: str = PAGE) -> FetchFailure | None:
    return asyncio.run(_ask(script, path))[0][0]


ALLOWED = {
    "empty": "",
    "nothing disallowed": "User-agent: *\nDisallow:\n",
    "another path": "User-agent: *\nDisallow: /private\n",
    "another crawler": "User-agent: otherbot\nDisallow: /\n",
    "our own group beats the star": "User-agent: *\nDisallow: /\n\nUser-agent: Forewarned\nDisallow: /private\n",
    "the longest match": "User-agent: *\nDisallow: /terms\nAllow: /terms/index\n",
    "a tie allows": "User-agent: *\nDisallow: /terms\nAllow: /terms\n",
    "a wildcard allows": "User-agent: *\nDisallow: /\nAllow: /*/index.html\n",
    "the end of the path": "User-agent: *\nDisallow: /terms/index.html$\n",
    "not a robots.txt": "<html><body>Not found</body></html>",
    "a comment": "User-agent: *\nDisallow: # /terms\n",
    "CR line ends": "User-agent: *\rDisallow: /private\r",
}
DISALLOWED = {
    "all": "User-agent: *\nDisallow: /\n",
    "our own group": "User-agent: *\nAllow: /\n\nUser-agent: forewarned\nDisallow: /\n",
    "two groups of one name": "User-agent: forewarned\nDisallow: /x\n\nUser-agent: forewarned\nDisallow: /terms\n",
    "several names of one group": "User-agent: a\nUser-agent: forewarned\nDisallow: /terms\n",
    "the longest match": "User-agent: *\nAllow: /terms\nDisallow: /terms/index\n",
    "a wildcard": "User-agent: *\nDisallow: /*.html\n",
    "a query": "User-agent: *\nDisallow: /*?lang=\n",
    "the end of the path": "User-agent: *\nDisallow: /*lang=en$\n",
    "an encoded letter": "User-agent: *\nDisallow: /%74erms\n",
    "a byte order mark": "\ufeffUser-agent: *\nDisallow: /\n",
    "CR line ends": "User-agent: *\rDisallow: /terms\r",
    "in capitals": "USER-AGENT: FOREWARNED\nDISALLOW: /\n",
    "beyond a line of control characters": "User-agent: *\n\x00\x01\nDisallow: /\n",
}


@pytest.mark.parametrize("case", ALLOWED)
def test_allowed(case: str) -> None:
    assert refusal([http(body=ALLOWED[case].encode())]) is None


@pytest.mark.parametrize("case", DISALLOWED)
def test_disallowed_with_a_clear_reason(case: str) -> None:
    refused = refusal([http(body=DISALLOWED[case].encode())])
    assert refused is not None
    assert refused.reason == "bad_status"
    assert "/robots.txt does not allow it" in refused.detail


@pytest.mark.parametrize("status", ["400 Bad", "401 No", "403 No", "404 Not Found", "410 Gone", "451 Law"])
def test_a_client_error_means_that_there_is_none(status: str) -> None:
    assert refusal([http(status, b"User-agent: *\nDisallow: /")]) is None


UNKNOWN: dict[str, tuple[Script, Reason]] = {
    "server error": ([http("503 Down", b"")], "bad_status"),
    "too many requests": ([http("429 Slow", b"", Retry_After="60")], "rate_limited"),
    "reset": ([RESET], "connection"),
    "cut off": ([http(body=b"User-agent: *", length="400")], "truncated"),
    "no answer in time": ([1.5], "timeout"),
    "over the cap": ([http(body=b"#" * 300_000)], "too_large"),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_cannot_be_read_means_no_until_it_can(case: str) -> None:
    script, reason = UNKNOWN[case]
    refused = refusal(script)
    assert refused is not None
    assert refused.reason == reason
    assert "until its robots.txt can be" in refused.detail


def test_a_redirect_is_followed_and_an_endless_one_counts_as_none() -> None:
    async def run() -> tuple[FetchFailure | None, FetchFailure | None]:
        moved = {"/robots.txt": [http("301 Moved", b"", Location="/r")], "/r": [http(body=b"User-agent: *\nDisallow: /")]}
        endless = {"/robots.txt": [http("302 Found", b"", Location="/robots.txt")]}
        found = []
        for scripts in (moved, endless):
            async with wire(scripts) as server, Fetcher(policy("127.0.0.1")) as fetcher:
                found.append(await Robots(fetcher, {}).refusal(source(server.url(PAGE)), NOW))
        return found[0], found[1]

    disallowed, allowed = asyncio.run(run())
    assert disallowed is not None
    assert allowed is None


def test_the_file_goes_through_the_guarded_door() -> None:
    async def run() -> FetchFailure | None:
        async with Fetcher(policy()) as fetcher:
            return await Robots(fetcher, {}).refusal(source("http://127.0.0.1/terms", private=False), NOW)

    refused = asyncio.run(run())
    assert refused is not None
    assert refused.reason == "blocked_address"


def test_pages_of_one_site_that_are_due_together_ask_once() -> None:
    answers, requests = asyncio.run(_ask([http(body=b"User-agent: *\nDisallow: /")], times=8))
    assert requests == 1
    assert all(answer is not None for answer in answers)


def test_rules_are_kept_for_a_day_at_most_and_over_cycles() -> None:
    async def run() -> list[int]:
        known: RulesBySite = {}
        counts = []
        async with wire({"/robots.txt": [http(body=b"")]}) as server, Fetcher(policy("127.0.0.1")) as fetcher:
            for hours in (0, 23, 25):
                await Robots(fetcher, known).refusal(source(server.url(PAGE)), NOW + timedelta(hours=hours))
                counts.append(len(server.requests))
        return counts

    assert asyncio.run(run()) == [1, 1, 2]


def _answer(body: bytes = b"User-agent: *\nDisallow: /", max_age_s: int | None = None) -> Response:
    return Response(status=200, url="https://v.example/robots.txt", body=body, max_age_s=max_age_s, retrieved_at=NOW)


DOWN = FetchFailure(reason="timeout", detail="late", retrieved_at=NOW)


@pytest.mark.parametrize(("max_age_s", "hours"), [(None, 24), (0, 1), (7_200, 2), (86_400 * 7, 24)])
def test_cache_control_is_heard_between_an_hour_and_a_day(max_age_s: int | None, hours: int) -> None:
    assert rules_of(_answer(max_age_s=max_age_s), None, NOW).until == NOW + timedelta(hours=hours)


def test_a_copy_of_before_serves_while_the_site_is_down() -> None:
    before = rules_of(_answer(b"User-agent: *\nDisallow: /x"), None, NOW)
    later = rules_of(DOWN, before, NOW)
    assert later.rules is before.rules
    assert later.unknown is None
    assert rules_of(DOWN, rules_of(DOWN, None, NOW), NOW).unknown == DOWN


def test_only_the_first_500_kib_count_and_no_half_line() -> None:
    filler = b"# " + b"x" * 98 + b"\n"
    head = b"User-agent: *\nDisallow: /a\n" + filler * 5_068
    cut = head + b"Disallow: /" + b"b" * 400 + b"\nDisallow: /terms\n"
    assert len(head) < 500 * 1024 < len(head) + 400
    rules = rules_of(_answer(cut), None, NOW).rules
    assert rules is not None
    assert rules.can_fetch("https://v.example/terms", "forewarned")
    assert not rules.can_fetch("https://v.example/a", "forewarned")
