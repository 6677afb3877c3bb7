"""Files made to cost time or memory cost little: measured in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

MEASURE = """
import json, re, sys, time
from pathlib import Path
from tests.inventory.repositories import scanned, told
before = time.process_time()
found = scanned(Path(sys.argv[1]))
spent = time.process_time() - before
# getrusage would count the process that started this one: its peak is handed down until the program is loaded.
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024
print(json.dumps({"uses": sorted(told(found)), "s": spent, "mib": peak}))
"""


def measured(path: Path) -> dict[str, object]:
    run = subprocess.run([sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True, timeout=300)
    answer: dict[str, object] = json.loads(run.stdout)
    return answer


@pytest.mark.slow
def test_a_lock_of_50_mb_is_read_to_its_last_line(tmp_path: Path) -> None:
    entry = (
        '"node_modules/p%d": {\n "version": "1.0.%d",\n "resolved": "https://registry.example/p.tgz",\n "integrity": "sha512-%080x"\n},\n'
    )
    with (tmp_path / "package-lock.json").open("w") as lock:
        lock.write('{"lockfileVersion": 3, "packages": {\n')
        for n in range(270_000):
            lock.write(entry % (n, n, n))
        lock.write('"node_modules/openai": {\n "version": "4.52.0"}}}\n')
    assert (tmp_path / "package-lock.json").stat().st_size > 50_000_000
    answer = measured(tmp_path)
    assert answer["uses"] == ["openai"]
    assert float(str(answer["s"])) < 20
    assert int(str(answer["mib"])) < 250


HOSTILE = {
    "requirements.txt": "a" * 3_000_000 + "\n" + "#a&" * 500_000 + "\n" + ("a-1-1" + "-1" * 20) * 50_000,
    "yarn.lock": "a@" * 1_500_000,
    "pnpm-lock.yaml": ("  a@1" + "1" * 3000 + "x" * 3000 + "\n") * 500,
    "package-lock.json": '"node_modules/' * 100_000 + ('"' + "a/" * 900 + "node_modules/") * 1_000,
    "poetry.lock": 'name = "' * 400_000,
    "go.mod": "a/" * 1_500_000,
    "pom.xml": "<groupId>" * 300_000,
    "setup.cfg": " a[" * 1_000_000,
    "A.csproj": "<PackageReference " * 150_000,
    "a.gradle": "'a:" * 1_000_000,
    "calls.py": "OpenAI(" * 500_000,
    "hosts.py": "a." * 1_500_000,
    "names.py": "A_" * 1_500_000,
    "pointed.py": "OpenAI(base_url='http://" * 120_000,
    "dashes.py": "-" * 3_000_000,
}


@pytest.mark.slow
def test_texts_made_for_patterns_to_run_away_are_read_in_one_pass(tmp_path: Path) -> None:
    for name, text in HOSTILE.items():
        (tmp_path / name).write_text(text, "utf-8")
    answer = measured(tmp_path)
    assert float(str(answer["s"])) < 30
    assert int(str(answer["mib"])) < 250
