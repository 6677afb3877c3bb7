"""The house stays as it was built: small files, no drawers, contracts kept, locks without addresses, docs that name what exists."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# A migration is a record of what was done and stays as it was written.
MODULES = sorted(path for path in [*ROOT.glob("monitor/**/*.py"), *ROOT.glob("api/**/*.py")] if "versions" not in path.parts)
MAX_FILE, MAX_FUNCTION = 400, 50
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "service"}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_module_is_small_and_says_what_it_is_for(path: Path) -> None:
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    assert text.count("\n") <= MAX_FILE
    assert path.stem not in DRAWERS
    assert not text.strip() or ast.get_docstring(tree), "a module says what comes in and what goes out"
    long = [
        f"{node.name} ({node.end_lineno - node.lineno} lines)"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno and node.end_lineno - node.lineno > MAX_FUNCTION
    ]
    assert long == []


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_public_names_have_docstrings(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    bare = [node.name for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_") and not ast.get_docstring(node)]
    assert bare == []


def test_import_contract_is_kept() -> None:
    run = subprocess.run([Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-test.txt"])
def test_lock_pins_with_hashes_and_names_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    pins = [line for line in text.splitlines() if "==" in line and not line.lstrip().startswith("#")]
    assert len(pins) > 50
    assert "://" not in text
    assert text.count("--hash=sha256:") >= len(pins)


def test_readme_names_every_room() -> None:
    readme, architecture = ((ROOT / name).read_text("utf-8") for name in ("README.md", "docs/architecture.md"))
    rooms = {path.name for path in (ROOT / "monitor").iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert [room for room in sorted(rooms) if f"monitor/{room}" not in architecture] == []
    for needle in ("make run", "make test", "feeds.yaml", "docs/architecture.md"):
        assert needle in readme


def test_templates_never_mark_foreign_text_as_safe() -> None:
    marked = [named(path) for path in (ROOT / "templates").rglob("*.html") if re.search(r"\|\s*safe\b(?!_url)", path.read_text("utf-8"))]
    assert marked == []
