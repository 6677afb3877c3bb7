"""Invented repositories for tests: texts by path go in, what a scan makes of them comes out."""

from __future__ import annotations

from pathlib import Path

from monitor.catalog import load_catalog
from monitor.catalog.signs import load_signs
from monitor.catalog.tree import Texts, open_tree
from monitor.inventory.detect import detect, readable
from monitor.model import Answer, Detection


def laid(root: Path, files: dict[str, str | bytes]) -> Path:
    """The folder `root` with these files in it."""
    for path, text in files.items():
        whole = root / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        whole.write_bytes(text if isinstance(text, bytes) else text.encode())
    return root


def scanned(root: Path, exclude: tuple[str, ...] = (), answers: tuple[Answer, ...] = ()) -> Detection:
    """What a scan of a folder or a file finds."""
    return detect(open_tree(root, readable, exclude), load_signs(), load_catalog(), answers)


def detected(files: dict[str, str], answers: tuple[Answer, ...] = ()) -> Detection:
    """What a scan finds in texts."""
    return detect(Texts(files, readable), load_signs(), load_catalog(), answers)


def told(detection: Detection) -> dict[str, str]:
    """Provider → confidence."""
    return {use.provider: use.confidence for use in detection.uses}


def places(detection: Detection, provider: str) -> set[str]:
    """Where a provider was seen, as file:line."""
    return {sighting.at for use in detection.uses if use.provider == provider for sighting in use.sightings}


def asked(detection: Detection) -> list[str]:
    """The ids of the open questions."""
    return [question.id for question in detection.questions]
