"""What people hold in their hands: the dossier as a browser prints it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.answers.dossiers import compile_dossier
from monitor.answers.reader import Reader
from monitor.inform.render import render

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-pdf-header-footer",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> str:
    """Debian's Chromium; without it these tests are skipped with the remedy, and fail in CI, which installs it."""
    found = shutil.which("chromium")
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("chromium is missing in CI")
    if found is None:
        pytest.skip("no chromium to print with: apt-get install chromium fonts-noto-cjk")
    return found


@pytest.mark.slow
@pytest.mark.parametrize("day", [26, 30])
def test_two_vendors_fit_on_one_printed_page(browser: str, demo_reader: Reader, tmp_path: Path, day: int) -> None:
    as_of = datetime(2024, 6, day, 23, 59, 59, tzinfo=UTC)
    page, printed = tmp_path / "dossier.html", tmp_path / "dossier.pdf"
    page.write_text(render("dossier.html", dossier=compile_dossier(demo_reader, ("openai", "alibaba-cloud"), "CN", as_of)), "utf-8")
    command = [browser, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", f"--print-to-pdf={printed}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=90)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed.read_bytes())) == 1
