"""Every case of the hostile site: it ends right and in time, harms nothing beside it, and nothing inside is ever reached."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from tests.hostile.case import FEED, TOMORROW, Case, Poll
from tests.hostile.cases import GROUPS
from tests.hostile.names import CANARY_ADDRESSES, source_id
from tests.hostile.run import Polled, Seen, poll_group, settled_mib
from tests.hostile.server import Site, hostile_site

GROWTH_MIB = 250
HEALTHY_S = 10
_Runs = Callable[[str], Polled]


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    with hostile_site() as running:
        yield running


@pytest.fixture(scope="session")
def polled(site: Site, tmp_path_factory: pytest.TempPathFactory) -> _Runs:
    """A group's outcome; its cases are polled together when it is first asked for."""
    runs: dict[str, Polled] = {}
    before_mib = settled_mib(site)
    folder = tmp_path_factory.mktemp("hostile")

    def of(group: str) -> Polled:
        if group not in runs:
            runs[group] = poll_group(site, group, GROUPS, folder, before_mib)
        return runs[group]

    return of


ALL = [pytest.param(group, case, id=f"{group}: {case.name}") for group, cases in GROUPS.items() for case in cases]


@pytest.mark.parametrize(("group", "case"), ALL)
def test_case(polled: _Runs, group: str, case: Case) -> None:
    run = polled(group)
    for number, (poll, found) in enumerate(zip(case.polls, run.seen[source_id(group, case)], strict=True), 1):
        wrong = "\n".join(_wrong(poll, found, case.seconds * run.crowding))
        assert not wrong, f"poll {number}: {found.status}\n{wrong}"


def _wrong(poll: Poll, seen: Seen, seconds: float) -> Iterator[str]:
    """What of the poll's claims does not hold."""
    status, found = seen.status, seen.documents
    end = status.reason or status.state
    if end not in poll.ends:
        yield f"ended {end} instead of {' or '.join(poll.ends)}"
    if (status.reason is not None) != (status.state in ("failing", "gone")):
        yield f"state {status.state} does not fit reason {status.reason}"
    if status.reason and not status.detail:
        yield "a failure without detail"
    if seen.seconds > seconds:
        yield f"took {seen.seconds:.1f} s of {seconds:.0f}"
    claims: dict[str, tuple[object, object]] = {
        "titles": (_ordered(poll.titles), sorted(d.title for d in found)),
        "count": (poll.count, len(found)),
        "revisions": (_ordered(poll.revisions), sorted(d.revision for d in found)),
        "texts": (_ordered(poll.texts), sorted(d.text for d in found)),
        "urls": (_ordered([_own(u, seen) for u in poll.urls] if poll.urls else None), sorted(d.url for d in found)),
        "origins": (_ordered(poll.origins), sorted({d.origin_group for d in found})),
        "requests": (poll.asks, len(seen.requests)),
    }
    for name, (wanted, got) in claims.items():
        if wanted is not None and wanted != got:
            yield f"{name}: {str(got)[:500]} instead of {str(wanted)[:500]}"
    yield from _wrong_dates(poll, seen)
    yield from _wrong_waits(poll, seen)
    for stray in poll.lacks:
        if any(stray in part for d in found for part in (d.title, d.text, d.url, d.origin_group)):
            yield f"{stray!r} was stored"
    for name, value in poll.sends.items():
        if not seen.requests or seen.requests[0].header(name) != value:
            yield f"{name}: sent {seen.requests[0].header(name) if seen.requests else 'nothing'!r} instead of {value!r}"


def _own(url: str, seen: Seen) -> str:
    return url.replace(FEED, seen.source.url).replace("{port}", str(urlsplit(seen.source.url).port))


def _ordered(values: object) -> object:
    return sorted(values) if isinstance(values, tuple | list) else values


def _wrong_dates(poll: Poll, seen: Seen) -> Iterator[str]:
    if poll.published is None:
        return
    got = sorted((d.published_at for d in seen.documents), key=str)
    wanted = sorted(
        (d.retrieved_at + timedelta(days=1) if at is TOMORROW else at for at, d in zip(poll.published, seen.documents, strict=True)),
        key=str,
    )
    if got != wanted:
        yield f"published {got} instead of {wanted}"


def _wrong_waits(poll: Poll, seen: Seen) -> Iterator[str]:
    status = seen.status
    if status.state == "gone":
        if status.next_poll_at is not None:
            yield "gone, and yet to be polled again"
    elif status.next_poll_at is None:
        yield "never to be polled again"
    elif poll.wait is not None:
        wait = (status.next_poll_at - seen.at).total_seconds()
        if not poll.wait[0] - 1 <= wait <= poll.wait[1] + 1:
            yield f"waits {wait:.0f} s instead of {poll.wait}"
    moved = status.permanent_url
    if poll.moved_to is not None and (moved or "").rpartition("/")[2] != poll.moved_to:
        yield f"permanent address {moved}"


@pytest.mark.parametrize("group", GROUPS)
def test_healthy_feeds_beside_are_complete_and_on_time(polled: _Runs, group: str) -> None:
    late, run = [], polled(group)
    for case in GROUPS["healthy"]:
        for poll, seen in zip(case.polls, run.seen[source_id("healthy", case)], strict=True):
            late += [f"{case.name}: {wrong}" for wrong in _wrong(poll, seen, case.seconds * run.crowding)]
            if seen.since_start > HEALTHY_S * run.crowding:
                late += [f"{case.name}: {seen.since_start:.1f} s after the start"]
    assert late == []


@pytest.mark.parametrize("group", GROUPS)
def test_memory_of_the_process_tree_stays_bounded(polled: _Runs, group: str) -> None:
    assert polled(group).growth_mib <= GROWTH_MIB


@pytest.mark.parametrize("group", GROUPS)
def test_nothing_inside_was_reached(polled: _Runs, group: str) -> None:
    assert polled(group).canary == []


def test_the_canary_sings(site: Site) -> None:
    """A canary that hears nothing proves nothing."""
    site.serve([], 0)
    with socket.create_connection((CANARY_ADDRESSES[0], site.port), timeout=5) as visit, suppress(ConnectionResetError):
        assert visit.recv(1) == b""
    assert site.noted()[1] == [CANARY_ADDRESSES[0]]


def test_there_are_cases_of_every_group() -> None:
    least = {
        "accept": 22, "transport": 29, "encoding": 10, "redirect": 11, "ssrf": 18, "http": 32, "xml": 53, "entry": 68, "poison": 12,
        "healthy": 10,
    }  # fmt: skip
    assert {group: len(cases) >= least[group] for group, cases in GROUPS.items()} == dict.fromkeys(least, True)
    names = [source_id(group, case) for group, cases in GROUPS.items() for case in cases]
    assert len(names) == len(set(names)), "two cases of one name"
