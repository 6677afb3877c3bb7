"""The sentence encoder: windows of word pieces come in, one vector per piece goes out. The door to onnxruntime.

The weights are those of multilingual-e5-small (Wang et al. 2024, MIT) with fewer word pieces. Windows are run one by one: the
8-bit arithmetic scales with what it sees, and a text's reading must not depend on what was read beside it.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable

import numpy as np
import numpy.typing as npt

from monitor.understand.learned.windows import Window

Floats = npt.NDArray[np.float32]
HIDDEN = 384
"""Width of a vector."""


class Encoder:
    """Loaded once; one thread, so that a busy host is not fought over and results repeat."""

    def __init__(self, folder: Traversable) -> None:
        from onnxruntime import InferenceSession, SessionOptions

        options = SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        graph = gzip.decompress((folder / "encoder.onnx.gz").read_bytes())
        self._session = InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        with as_file(folder / "words.npz") as path, np.load(path) as words:
            self._scales, self._nibbles = words["scales"], words["nibbles"]
            self._positions, self._marks = words["positions"].astype(np.float32), words["marks"].astype(np.float32)
        self._inputs = [entry.name for entry in self._session.get_inputs()]

    def states(self, windows: Iterable[Window]) -> Iterator[Floats]:
        """For each window: shape (pieces, HIDDEN)."""
        for window in windows:
            rows = self.pieces(window.ids) + self._positions[: len(window.ids)]
            fed = {"rows": rows, "marks": self._marks[list(window.marks)]}
            yield self._session.run(None, {name: fed[name] for name in self._inputs})[0]

    def pieces(self, ids: Sequence[int]) -> Floats:
        """The pieces' own vectors, shape (pieces, HIDDEN), from 4-bit blocks of 32: value = (nibble - 8) x scale."""
        chosen = list(ids)
        nibbles = self._nibbles[chosen]
        values = np.concatenate([nibbles & 15, nibbles >> 4], axis=2).astype(np.float32) - 8
        return np.asarray(values * self._scales[chosen].astype(np.float32)[:, :, None], np.float32).reshape(len(chosen), HIDDEN)


@cache
def load_encoder() -> Encoder:
    """The shipped encoder."""
    return Encoder(files("monitor") / "data" / "learned")
