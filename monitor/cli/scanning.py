"""What `check` and `inventory import` have in common: a path comes in, what its forewarned.toml says and what was detected go out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.catalog.check_file import CheckFile
    from monitor.model import Detection


def scan(path: Path, config: Path | None = None) -> tuple[CheckFile, Detection]:
    """The rules beside `path`, or in `config`, and the providers that the files show."""
    from monitor.catalog import load_catalog
    from monitor.catalog.check_file import NAME, CheckFile, load_check_file
    from monitor.catalog.signs import load_signs
    from monitor.catalog.tree import open_tree
    from monitor.inventory.detect import detect, readable

    catalog = load_catalog()
    beside = (path if path.is_dir() else path.parent) / NAME
    written = load_check_file(config or beside, catalog) if config or beside.is_file() else CheckFile()
    return written, detect(open_tree(path, readable, written.exclude), load_signs(), catalog, written.answers)
