"""Word pieces of a text. The door to sentencepiece; the vocabulary lies beside the weights.

What comes in: normalised text. What goes out: `Piece`s with the characters they came from.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor


class Piece(NamedTuple):
    """A vocabulary id for the characters [start, end)."""

    id: int
    start: int
    end: int


def pieces(text: str) -> list[Piece]:
    """The pieces of `text` in order; a character that UTF-8 cannot hold counts as a replacement mark."""
    clean = text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text
    row = _model().encode(clean, return_type="proto").pieces
    if clean.isascii():
        return [Piece(p.id, p.begin, p.end) for p in row]
    chars = [0] * (len(clean.encode()) + 1)
    at = 0
    for i, char in enumerate(clean):
        size = len(char.encode())
        chars[at : at + size] = [i] * size
        at += size
    chars[at] = len(clean)
    return [Piece(p.id, chars[p.begin], chars[p.end]) for p in row]


def vocabulary() -> list[str]:
    """Every piece in the order of its id."""
    model = _model()
    return [str(model.id_to_piece(i)) for i in range(model.get_piece_size())]


@cache
def _model() -> SentencePieceProcessor:
    from sentencepiece import SentencePieceProcessor

    with as_file(files("monitor") / "data" / "learned" / "pieces.model") as path:
        return SentencePieceProcessor(model_file=str(path))
