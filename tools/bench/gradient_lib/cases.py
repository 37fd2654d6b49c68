"""Objectives and data, as Starling's configuration names them and as numpy arrays."""

import dataclasses
import gzip
import json
import pathlib

import numpy as np
import scipy.sparse
from sklearn.datasets import load_svmlight_file


@dataclasses.dataclass
class Case:
    title: str
    kind: str
    data: str
    scale: str
    l2: float
    labels: str = ""
    keys: dict = dataclasses.field(default_factory=dict)

    def config(self):
        return json.dumps(self.keys | ({"l2": self.l2} if self.l2 else {}))


FASHION = {"data": "fashion-train-images-idx3-ubyte.gz",
           "labels": "fashion-train-labels-idx1-ubyte.gz", "scale": "max:255"}
CASES = (
    Case("softmax, fashion", "softmax", l2=1e-2, **FASHION),
    Case("softmax, digits", "softmax", "digits.libsvm.gz", "max:16", 1e-3),
    Case("logistic, spambase", "logistic", "spambase.train.libsvm.gz", "standardize", 1e-3),
    Case("logistic, debpkg (sparse)", "logistic", "debpkg.train.libsvm.gz", "unit_rows", 1e-4),
    Case("least squares, spambase", "least_squares", "spambase.train.libsvm.gz", "standardize",
         1e-3),
    Case("mlp 784-256-10, fashion", "mlp", l2=0.0, keys={"hidden": "256"}, **FASHION),
)


@dataclasses.dataclass
class Arrays:
    """rows: a matrix, dense or CSR; labels: classes 0 .. C - 1, or targets; x: where to measure."""

    rows: np.ndarray | scipy.sparse.csr_matrix
    labels: np.ndarray
    classes: int
    x: np.ndarray


def _idx(path):
    content = gzip.decompress(path.read_bytes())
    shape = np.frombuffer(content, ">u4", content[3], 4)
    return np.frombuffer(content, np.uint8, -1, 4 + 4 * content[3]).reshape(shape[0], -1)


def _scaled(rows, rule):
    if rule.startswith("max:"):
        return rows / float(rule[4:])
    if rule == "unit_rows":
        norms = np.sqrt(rows.multiply(rows).sum(axis=1)).A1
        norms[norms == 0] = 1
        return scipy.sparse.csr_matrix(scipy.sparse.diags(1 / norms) @ rows)
    deviation = rows.std(axis=0)
    deviation[deviation == 0] = 1
    return (rows - rows.mean(axis=0)) / deviation


def arrays(case: Case, folder: pathlib.Path) -> Arrays:
    if case.labels:
        rows, labels = _idx(folder / case.data), _idx(folder / case.labels).ravel()
    else:
        rows, labels = load_svmlight_file(str(folder / case.data))
    if case.scale != "unit_rows" and scipy.sparse.issparse(rows):
        rows = rows.toarray()
    rows = _scaled(rows, case.scale)
    classes = 0
    if case.kind != "least_squares":
        found, labels = np.unique(labels, return_inverse=True)
        classes = len(found)
    columns, hidden = rows.shape[1], int(case.keys.get("hidden", 0))
    size = {"softmax": columns * classes,
            "mlp": columns * hidden + hidden + hidden * classes + classes}.get(case.kind, columns)
    k = np.arange(size, dtype=np.uint64) * np.uint64(2654435761) % np.uint64(4294967296)
    x = 0.1 * (k.astype(np.float64) / 4294967296.0 - 0.5)
    return Arrays(rows, labels.astype(np.float64), classes, x)


def layers(case: Case, data: Arrays, x):
    """Views of an mlp's x: W_1, b_1, W_2, b_2."""
    d, h, c = data.rows.shape[1], int(case.keys["hidden"]), data.classes
    ends = np.cumsum([d * h, h, h * c])
    w1, b1, w2, b2 = (np.split if isinstance(x, np.ndarray) else _torch_split)(x, list(ends))
    return w1.reshape(d, h), b1, w2.reshape(h, c), b2


def _torch_split(x, ends):
    return x.tensor_split(ends)
