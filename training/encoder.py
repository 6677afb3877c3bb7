"""Writes the encoder that ships: an ONNX graph with 8-bit weights, and the word pieces' vectors with 4-bit ones."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from monitor.understand.learned.windows import MARKS, WINDOW
from training.base import NAMES, Base

OPSET = 20
FROZEN = 4
"""Layers below the marks for names, places and dates; they do not learn."""


def write(base: Base, out: Path, layers: int | None = None, changed: Mapping[str, Any] | None = None) -> None:
    """Write the encoder's files for the first `layers` layers; `changed` are fine-tuned weights by name, and `mark`."""
    out.mkdir(parents=True, exist_ok=True)
    scales, nibbles = base.words()
    marks = np.asarray(changed["mark"], np.float16) if changed else np.zeros((MARKS, base.shape.hidden), np.float16)
    positions = base.positions()[: WINDOW + 2].astype(np.float16)
    np.savez_compressed(out / "words.npz", scales=scales, nibbles=nibbles, positions=positions, marks=marks)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        onnx.save(graph(base, layers or base.shape.layers, changed or {}), plain)
        # 7-bit weights: processors without VNNI saturate when 8-bit ones meet 8-bit activations, and would answer differently.
        small = Path(folder) / "small.onnx"
        quantize_dynamic(plain, small, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
        (out / "encoder.onnx.gz").write_bytes(gzip.compress(small.read_bytes(), mtime=0))


class _Graph:
    """Nodes and weights as they are added; every node has one output, named by number."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def weight(self, name: str, value: npt.NDArray[Any]) -> str:
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, op: str, *inputs: str, **attributes: object) -> str:
        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [name], name=name, **attributes))
        return name


def graph(base: Base, layers: int, changed: Mapping[str, Any]) -> onnx.ModelProto:
    """One window in: `rows` (word + position vectors) and `marks`, to be added after layer FROZEN; `states` out. All [pieces, hidden]."""
    g, shape = _Graph(), base.shape
    norm = {"axis": -1, "epsilon": float(base.eps)}
    size = shape.hidden // shape.heads
    heads = g.weight("heads", np.array([0, shape.heads, size], np.int64))
    flat = g.weight("flat", np.array([0, shape.hidden], np.int64))
    scale = g.weight("scale", np.array(size**-0.5, np.float32))

    def tensor(name: str, end: str) -> npt.NDArray[np.float32]:
        return np.asarray(changed.get(f"{name}.{end}", base.tensor(name, end)), np.float32)

    def dense(x: str, name: str) -> str:
        return g.add(
            "Add",
            g.add("MatMul", x, g.weight(name + ".w", tensor(name, "weight").T)),
            g.weight(name + ".b", tensor(name, "bias")),
        )

    def normed(x: str, name: str) -> str:
        return g.add(
            "LayerNormalization",
            x,
            g.weight(name + ".w", tensor(name, "weight")),
            g.weight(name + ".b", tensor(name, "bias")),
            **norm,
        )

    state = normed("rows", "embeddings.LayerNorm")
    for layer in range(layers):
        if layer == FROZEN:
            state = g.add("Add", state, "marks")
        name = {short: f"encoder.layer.{layer}.{long}" for short, long in NAMES.items()}
        q, k, v = (
            g.add("Transpose", g.add("Reshape", dense(state, name[x]), heads), perm=[1, 0, 2] if x != "k" else [1, 2, 0]) for x in "qkv"
        )
        chance = g.add("Softmax", g.add("Mul", g.add("MatMul", q, k), scale), axis=-1)
        mixed = g.add("Reshape", g.add("Transpose", g.add("MatMul", chance, v), perm=[1, 0, 2]), flat)
        state = normed(g.add("Add", dense(mixed, name["ao"]), state), name["aln"])
        inner = g.add("Gelu", dense(state, name["fi"]))
        state = normed(g.add("Add", dense(inner, name["fo"]), state), name["oln"])
    g.nodes[-1].output[0] = "states"
    names = ("rows", "marks", "states") if layers > FROZEN else ("rows", "states")
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["pieces", shape.hidden]) for name in names]
    model = helper.make_model(
        helper.make_graph(g.nodes, "encoder", ends[:-1], ends[-1:], g.weights), opset_imports=[helper.make_opsetid("", OPSET)]
    )
    model.ir_version = 10
    onnx.checker.check_model(model)
    return model
