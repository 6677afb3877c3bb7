"""What a fetch cycle costs, against reader and curl: CPU of each process tree, interleaved rounds, every subject in a fresh process.

`python benchmarks/cycle.py [--feeds N] [--rounds N] [--reader PYTHON] [--only SCENARIO ...] [--alone]`. nginx (apt-get install nginx-light)
serves generated feeds on addresses of loopback, one host a feed. Scenarios: cold (all new), same (all 304), changed (5 % have a new entry),
late (a server that answers after 200 ms, with 50 and 300 connections), many (5,000 feeds: memory). Ours is `pipeline.collect` as the
service runs it: parser children, SQLite, one log line a source. `--reader` is a Python that has reader and sgmllib3k (default:
this one); who is missing is skipped. Start-up is subtracted: each subject with no feed, just before. That the work was equal is
taken from the server's log and from the entries stored; otherwise it ends with an error.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from statistics import median
from typing import Any

from cycle_site import BASE, Nginx, Site, counted_late, late, nginx, url

SCENARIOS = ("cold", "same", "changed", "late", "many")
CHANGED = 0.05
LATE_S, LATE_FEEDS = 0.2, 600
MANY = 5_000
_READER = """
import json, sys
from reader import make_reader
database, urls, update = sys.argv[1], json.load(open(sys.argv[2])), sys.argv[3] == "update"
reader = make_reader(database)
if update:
    reader.update_feeds(scheduled=False, workers=10)
    print(json.dumps({"entries": reader.get_entry_counts().total}))
else:
    for url in urls:
        reader.add_feed(url)
"""


@dataclass(frozen=True)
class Spent:
    """What one run took: seconds of CPU (children included) and of wall, and what it said at its end."""

    cpu_s: float
    wall_s: float
    said: dict[str, Any]


def spend(command: Sequence[str]) -> Spent:
    """Run to the end; an error ends the benchmark."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err)  # noqa: S603 - our own commands
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            raise SystemExit(f"{command[:3]} ended with {process.returncode}: {err.read()[-2000:].decode('utf-8', 'replace')}")
        said = out.read().strip().splitlines()
    return Spent(usage.ru_utime + usage.ru_stime, wall, json.loads(said[-1]) if said else {})


# ---------------------------------------------------------------- subjects
class Subject(ABC):
    """Who fetches: `prepare` makes a database of so many feeds, `run` is one cycle over it."""

    name: str

    def __init__(self, folder: Path, feeds: int, port: int) -> None:
        self.folder, self.feeds = folder, feeds
        self.urls = [url(n, port) for n in range(feeds)]
        self.list = folder / f"{self.name}-{feeds}.json"
        self.list.write_text(json.dumps(self.urls))
        self.database = folder / f"{self.name}-{feeds}.sqlite"

    def prepare(self, filled: bool = False) -> bool:
        """Forget everything, or everything since the first cycle; False when there is no such state yet and a cycle is needed."""
        kept = self.folder / f"{self.database.name}.{'filled' if filled else 'empty'}"
        for path in (self.database, *(self.folder / f"{self.database.name}-{tail}" for tail in ("wal", "shm"))):
            path.unlink(missing_ok=True)
        if kept.exists():
            shutil.copyfile(kept, self.database)
        elif not filled and self.make():
            shutil.copyfile(self.database, kept)
        return kept.exists()

    def keep(self) -> None:
        """Remember this state as the one after the first cycle."""
        shutil.copyfile(self.database, self.folder / f"{self.database.name}.filled")

    @abstractmethod
    def make(self) -> bool:
        """Make the database; whether there is one."""

    @abstractmethod
    def run(self, at_once: int = 0, /) -> Spent:
        """One cycle, with so many connections where that can be chosen."""


class Ours(Subject):
    """`pipeline.collect` in a process of its own, two days after the last one, when every source is due again."""

    name = "ours"
    days = 0

    def make(self) -> bool:
        spend([sys.executable, __file__, "--worker", str(self.database), "", "{}"])
        return True

    def run(self, at_once: int = 0) -> Spent:
        self.days += 2
        chosen = {"now": (BASE + timedelta(self.days)).isoformat()} | ({"fetch_at_once": at_once} if at_once else {})
        return spend([sys.executable, __file__, "--worker", str(self.database), str(self.list), json.dumps(chosen)])


class Reader(Subject):
    """reader with ten workers, all feeds whether due or not."""

    name = "reader"
    python = sys.executable

    def make(self) -> bool:
        self._call("add")
        return True

    def run(self, _at_once: int = 0) -> Spent:
        return self._call("update")

    def _call(self, what: str) -> Spent:
        return spend([self.python, "-W", "ignore", "-c", _READER, str(self.database), str(self.list), what])


class Curl(Subject):
    """`curl -Z --parallel-max 50`, nothing parsed, nothing stored; conditional by date once it has run."""

    name = "curl"

    def make(self) -> bool:
        return False

    known = False

    def prepare(self, filled: bool = False) -> bool:
        self.known = filled
        return True

    def keep(self) -> None:
        """Nothing to remember but the date."""

    def run(self, at_once: int = 0) -> Spent:
        lines = ["silent", "parallel", "parallel-immediate", f"parallel-max = {at_once or 50}"]
        lines += [f'time-cond = "{format_datetime(BASE, usegmt=True)}"'] if self.known else []
        lines += [f'url = "{address}"\noutput = "/dev/null"' for address in self.urls]
        config = self.list.with_suffix(".conf")
        config.write_text("\n".join(lines))
        return spend(["curl", "--config", str(config)] if self.urls else ["curl", "--silent", "file:///dev/null"])


def present(python: str) -> list[type[Subject]]:
    """Those who are installed; says who is not."""
    found: list[type[Subject]] = [Ours]
    Reader.python = python
    asked = [python, "-W", "ignore", "-c", "import reader, sgmllib"]
    if subprocess.run(asked, capture_output=True, check=False).returncode == 0:  # noqa: S603 - what the caller named
        found.append(Reader)
    else:
        print(f"reader is skipped: {python} has no reader with sgmllib3k (pip install reader sgmllib3k; --reader PYTHON)")
    if shutil.which("curl"):
        found.append(Curl)
    else:
        print("curl is skipped: it is not installed")
    return found


# ---------------------------------------------------------------- our worker
def worker(database: str, urls: str, chosen: str) -> None:
    """One cycle over the URLs of a file, as the service runs it; without a file only the database is made."""
    from monitor.catalog import load_catalog
    from monitor.logs import configure_logs
    from monitor.model import Source
    from monitor.pipeline import World
    from monitor.pipeline.collecting import collect
    from monitor.settings import Settings
    from monitor.store import documents, open_store

    settings = Settings.model_validate({"allow_private_hosts": "127.0.0.0/8", "poll_floor_s": 0, **json.loads(chosen)})
    configure_logs(settings.log)
    store = open_store(f"sqlite:///{database}")
    if not urls:
        store.close()
        return
    told = {"kind": "news", "publisher": "Example", "family": "example", "private": True}
    addresses = enumerate(json.loads(Path(urls).read_text()))
    listed = [Source.model_validate({"id": f"s{n}", "name": f"Feed {n}", "url": address, **told}) for n, address in addresses]
    catalog, before = load_catalog(), resident_mb()
    begun, cpu = time.perf_counter(), time.process_time()
    found = collect(World(store, catalog, tuple(listed), settings, settings.clock))
    took = {"wall": time.perf_counter() - begun, "main_cpu": time.process_time() - cpu}
    with store.read() as tx:
        stored = documents.count_documents(tx)
    store.close()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    took |= {"child_cpu": children.ru_utime + children.ru_stime, "mb": resident_mb(), "mb_before": before}
    print(json.dumps({"states": found.states, "new": found.new, "entries": stored, **took}))


def resident_mb() -> float:
    """The most memory that this process ever held, in MB."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1000


# ---------------------------------------------------------------- scenarios
class Table:
    """What the rounds gave, by scenario and subject: seconds of CPU without start-up."""

    def __init__(self) -> None:
        self.cpu: dict[tuple[str, str], list[float]] = {}
        self.said: dict[tuple[str, str], list[dict[str, Any]]] = {}

    def add(self, scenario: str, subject: str, spent: Spent, start_up: Spent) -> None:
        self.cpu.setdefault((scenario, subject), []).append(max(spent.cpu_s - start_up.cpu_s, 1e-4))
        self.said.setdefault((scenario, subject), []).append(spent.said)

    def show(self, scenario: str, feeds: int) -> None:
        """Milliseconds a feed of each, and how many times ours the others took: median (least to most)."""
        ours = self.cpu[scenario, "ours"]
        print(f"\n{scenario}: {feeds} feeds, {len(ours)} rounds, CPU without start-up")
        for (which, name), spent in self.cpu.items():
            if which == scenario:
                ratios = [theirs / own for theirs, own in zip(spent, ours, strict=True)]
                print(f"  {name:8} {1000 * median(spent) / feeds:7.3f} ms/feed   {in_words(ratios)} x ours")
        said = self.said[scenario, "ours"]
        parts = {key: median(row[key] for row in said) for key in ("main_cpu", "child_cpu", "mb", "mb_before")}
        main, child = (1000 * parts[name] / feeds for name in ("main_cpu", "child_cpu"))
        print(
            f"  ours: {main:.3f} ms/feed in its process, {child:.3f} in the parser's; "
            f"at most {parts['mb']:.0f} MB resident, {parts['mb_before']:.0f} of them before the cycle"
        )


def in_words(values: Sequence[float]) -> str:
    """`median (least to most)`."""
    return f"{median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def equal(what: str, found: object, wanted: object) -> None:
    """Ends the benchmark when the work was not the same."""
    if found != wanted:
        raise SystemExit(f"{what}: {found}, but {wanted} was to be expected: no fair comparison")


def rounds(folder: Path, given: argparse.Namespace, subjects: Sequence[type[Subject]]) -> None:
    """cold, same and changed: all subjects in turn in each round."""
    site = Site(folder / "site", given.feeds)
    table, wanted = Table(), [s for s in ("cold", "same", "changed") if s in given.only]
    with nginx(folder, given.feeds) as server:
        fetchers = [(kind(folder, given.feeds, server.port), kind(folder, 0, server.port)) for kind in subjects]
        for _ in range(given.rounds):
            site.write()
            for full, empty in fetchers:
                empty.prepare()
                if "cold" in wanted or not full.prepare(filled=True):
                    full.prepare()
                    server.counted()
                    start_up, spent = empty.run(), full.run()
                    _check("cold", full, spent, server, site, 0)
                    table.add("cold", full.name, spent, start_up)
                    full.keep()
                full.prepare(filled=True)
            for scenario in [s for s in wanted if s != "cold"]:
                changed = site.change(CHANGED) if scenario == "changed" else 0
                for full, empty in fetchers:
                    full.prepare(filled=True)
                    server.counted()
                    start_up, spent = empty.run(), full.run()
                    _check(scenario, full, spent, server, site, changed)
                    table.add(scenario, full.name, spent, start_up)
    for scenario in wanted:
        table.show(scenario, given.feeds)


def _check(scenario: str, subject: Subject, spent: Spent, server: Nginx, site: Site, changed: int) -> None:
    """The server sent what the scenario is about, and all entries are there."""
    sent = {"cold": {"200": site.feeds}, "same": {"304": site.feeds}, "changed": {"200": changed, "304": site.feeds - changed}}[scenario]
    equal(f"{subject.name}, {scenario}: answers", dict(server.counted()), sent)
    if subject.name != "curl":
        equal(f"{subject.name}, {scenario}: entries", spent.said["entries"], sum(site.entries.values()) + changed)


def lately(folder: Path, given: argparse.Namespace) -> None:
    """Wall against the ideal, and CPU a request, with 50 and 300 connections; all answers are 304."""
    walls: dict[int, list[float]] = {50: [], 300: []}
    cpus: dict[int, list[float]] = {50: [], 300: []}
    with late(LATE_FEEDS) as (port, server):
        full, empty = Ours(folder, LATE_FEEDS, port), Ours(folder, 0, port)
        full.prepare()
        empty.prepare()
        full.run(300)
        counted_late(server)
        for _ in range(given.rounds):
            for at_once in (50, 300):
                start_up, spent = empty.run(), full.run(at_once)
                equal("late: answers", counted_late(server), Counter({"304": LATE_FEEDS}))
                walls[at_once].append(spent.said["wall"] / (LATE_FEEDS * LATE_S / at_once))
                cpus[at_once].append(spent.cpu_s - start_up.cpu_s)
    print(f"\nlate: {LATE_FEEDS} feeds after {LATE_S} s each, {given.rounds} rounds")
    for at_once, ratios in walls.items():
        cpu = 1000 * median(cpus[at_once]) / LATE_FEEDS
        print(f"  {at_once:4} connections: wall {in_words(ratios)} x ideal, {cpu:.3f} ms CPU a request")
    print(f"  growth of CPU a request: {in_words([b / a for a, b in zip(cpus[50], cpus[300], strict=True)])}")


def many(folder: Path) -> None:
    """Memory over a cold cycle and one of 304s."""
    site = Site(folder / "site", MANY)
    site.write()
    with nginx(folder, MANY) as server:
        full = Ours(folder, MANY, server.port)
        full.prepare()
        for scenario in ("cold", "same"):
            server.counted()
            spent = full.run()
            _check(scenario, full, spent, server, site, 0)
            said = spent.said
            held = f"{said['mb']:.0f} MB resident at most, {said['mb_before']:.0f} of them before the cycle"
            print(f"\nmany, {scenario}: {MANY} feeds, {held}; {1000 * spent.cpu_s / MANY:.3f} ms CPU/feed with start-up")


def main() -> None:
    if sys.argv[1:2] == ["--worker"]:
        worker(*sys.argv[2:])
        return
    # Whoever is told to stop ends its servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--feeds", type=int, default=1_000)
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--reader", default=sys.executable)
    arguments.add_argument("--only", nargs="+", choices=SCENARIOS, default=SCENARIOS)
    arguments.add_argument("--alone", action="store_true", help="without reader and curl")
    given = arguments.parse_args()
    subjects = [Ours] if given.alone else present(given.reader)
    work: dict[str, Callable[[Path], None]] = {
        "late": lambda folder: lately(folder, given),
        "many": many,
    }
    print(f"load before: {os.getloadavg()[0]:.1f}")
    for chosen in (("cold", "same", "changed"), ("late",), ("many",)):
        if set(chosen) & set(given.only):
            with tempfile.TemporaryDirectory(prefix="cycle-") as name:
                folder = Path(name)
                folder.chmod(0o755)
                (folder / "site").mkdir()
                work.get(chosen[0], lambda folder: rounds(folder, given, subjects))(folder)
    print(f"\nload after: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
