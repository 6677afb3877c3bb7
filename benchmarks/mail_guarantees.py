"""The guarantees of mail in their long form, on either database: what the tests show in half a minute, with all moments and all deaths.

`python -m benchmarks.mail_guarantees [--database postgresql|sqlite] days | kills | stops`, from the folder of the repository.

- `days`: 24 scenarios (both DST nights in three zones, stops, steps of the clock), all their cycles by two processes at once: one digest
  per local day, in the outbox and in the mailbox of a real server.
- `kills [--digests 1000]`: digests under `kill -9` at random instants: none twice, none lost silently.
- `stops [--rounds 20]`: one of two processes is stopped at a random instant and wakes when the other has told all days.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import make_url

from monitor.store import open_store
from tests.conftest import new_database, wheel_server
from tests.pipeline.postman import Postmen, postmen, truth
from tests.pipeline.test_kill_mail import killed
from tests.pipeline.test_local_days import SCENARIOS
from tests.pipeline.test_replicas import SKEW, around, begun, judged, lived

IMPATIENT = {"options": "-c idle_in_transaction_session_timeout=1500"}


class Databases:
    """Empty databases of one kind."""

    def __init__(self, folder: Path, server: str) -> None:
        self._folder, self._server, self._made = folder, server, 0

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The URL of a new one, with the schema."""
        self._made += 1
        if not self._server:
            yield self._ready(f"sqlite:///{self._folder}/{self._made}.sqlite")
            return
        with new_database(self._server) as url:
            yield self._ready(url)

    @staticmethod
    def _ready(url: str) -> str:
        open_store(url).close()
        return url


@contextmanager
def databases(kind: str) -> Iterator[Databases]:
    """A server of our own for as long as the block lasts, or a folder."""
    with TemporaryDirectory(prefix="fwmg", dir="/tmp") as folder:
        if kind == "sqlite":
            yield Databases(Path(folder), "")
        else:
            with wheel_server(Path(folder) / "d") as server:
                yield Databases(Path(folder), server)


def days(made: Databases, post: Postmen) -> None:
    """Every cycle of every scenario, by two processes at once."""
    good = 0
    for scenario in SCENARIOS:
        with made.fresh() as url:
            begin = time.perf_counter()
            lived(url, post, scenario, [scenario.moments, [moment + SKEW for moment in scenario.moments]])
            good += 1
            print(f"{scenario.name}: {len(scenario.moments)} cycles each, {time.perf_counter() - begin:.0f} s", file=sys.stderr)
    print(f"{good} of {len(SCENARIOS)} scenarios: one digest per local day")


def kills(made: Databases, post: Postmen, digests: int) -> None:
    """Deaths at any instant."""
    with made.fresh() as url:
        begin = time.perf_counter()
        count, states = killed(url, post, digests)
    print(f"{digests} digests, {count} kills, {dict(states)}: none twice, none lost silently; {time.perf_counter() - begin:.0f} s")


def stops(made: Databases, post: Postmen, rounds: int) -> None:
    """Stopped, overtaken, woken."""
    dice, scenario = random.Random(1), SCENARIOS[-6]
    moments = around(scenario)
    for _ in range(rounds):
        with made.fresh() as url:
            begun(url, scenario)
            asked = make_url(url).update_query_dict(IMPATIENT).render_as_string(hide_password=False) if "postgresql" in url else url
            with truth() as box:
                stopped, other = post.begin_replicas(asked, box.port, [moments, moments], in_step=False)
                time.sleep(dice.uniform(0, 1.5))
                os.kill(stopped, signal.SIGSTOP)
                ended = post.end()
                os.kill(stopped, signal.SIGCONT)
                ends = {ended, post.end()}
                assert ends == {(stopped, 0), (other, 0)}, ends
                judged(url, scenario, box.by_message_id())
    print(f"{rounds} of {rounds} rounds: one digest per local day although a replica was stopped and woke")


def main(arguments: Sequence[str]) -> None:
    """Runs what is asked for; an AssertionError says what did not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["days", "kills", "stops"])
    parser.add_argument("--database", choices=["postgresql", "sqlite"], default="postgresql")
    parser.add_argument("--digests", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=20)
    asked = parser.parse_args(arguments)
    with databases(asked.database) as made, postmen() as post:
        if asked.what == "days":
            days(made, post)
        elif asked.what == "kills":
            kills(made, post, asked.digests)
        else:
            stops(made, post, asked.rounds)


if __name__ == "__main__":
    main(sys.argv[1:])
