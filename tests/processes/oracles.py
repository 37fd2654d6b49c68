"""What a run is held to, computed here from files alone: nothing of the project's code is used.

Readers of LIBSVM and safetensors, logistic loss, weight matrices and their spectra: standard
library, plain loops, sums by math.fsum.
"""

import gzip
import json
import math
import pathlib
import struct


# --- files ------------------------------------------------------------------------------------


def read_safetensors(path: pathlib.Path) -> dict[str, tuple[list[int], list[float]]]:
    """Tensor name -> (shape, values)."""
    content = path.read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        code = {"F64": "d", "F32": "f"}[entry["dtype"]]
        values = struct.unpack(
            f"<{(end - begin) // struct.calcsize(code)}{code}",
            content[8 + length + begin : 8 + length + end],
        )
        assert math.prod(entry["shape"]) == len(values), path
        tensors[name] = (entry["shape"], list(values))
    return tensors


def read_model(path: pathlib.Path) -> list[float]:
    return read_safetensors(path)["x"][1]


def read_lines(path: pathlib.Path) -> list[str]:
    content = path.read_bytes()
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    return [line for line in content.decode("ascii").split("\n") if line.strip()]


def read_libsvm(path: pathlib.Path) -> tuple[list[list[float]], list[float]]:
    """Dense rows and labels in {-1, +1}."""
    labels, entries = [], []
    for line in read_lines(path):
        label, *pairs = line.split()
        labels.append(1.0 if float(label) > 0 else -1.0)
        entries.append([(int(i), float(v)) for i, v in (pair.split(":") for pair in pairs)])
    columns = max(i for row in entries for i, _ in row)
    rows = []
    for entry in entries:
        row = [0.0] * columns
        for i, v in entry:
            row[i - 1] = v
        rows.append(row)
    return rows, labels


def write_sorted_by_label(source: pathlib.Path, target: pathlib.Path) -> None:
    """The same samples, all of one class first: its contiguous shards are as unlike as can be."""
    lines = sorted(read_lines(source), key=lambda line: float(line.split()[0]))
    target.write_text("\n".join(lines) + "\n", "ascii")


def standardize(rows: list[list[float]]) -> list[list[float]]:
    """(a - mean) / population deviation, column by column; constant columns are only centred."""
    columns = []
    for column in zip(*rows):
        mean = math.fsum(column) / len(column)
        deviation = math.sqrt(math.fsum((a - mean) ** 2 for a in column) / len(column))
        columns.append([(a - mean) / (deviation or 1.0) for a in column])
    return [list(row) for row in zip(*columns)]


# --- the objective ----------------------------------------------------------------------------


def dot(a, b) -> float:
    return sum(map(float.__mul__, a, b))


def logistic(rows, labels, l2: float, x) -> float:
    """(1/m) sum log(1 + exp(-b a.x)) + l2/2 |x|^2."""

    def loss(margin):
        return math.log1p(math.exp(-abs(margin))) + max(-margin, 0.0)

    total = math.fsum(loss(b * dot(a, x)) for a, b in zip(rows, labels))
    return total / len(rows) + l2 / 2 * dot(x, x)


def logistic_gradient(rows, labels, l2: float, x) -> list[float]:
    gradient = [0.0] * len(x)
    for a, b in zip(rows, labels):
        margin = b * dot(a, x)
        small = math.exp(-abs(margin))
        weight = -b / len(rows) * ((small if margin > 0 else 1.0) / (1 + small))
        gradient = [g + weight * v for g, v in zip(gradient, a)]
    return [g + l2 * v for g, v in zip(gradient, x)]


# --- vectors of all nodes ---------------------------------------------------------------------


def mean_of(vectors, weights) -> list[float]:
    total = math.fsum(weights)
    return [math.fsum(w * v for w, v in zip(weights, column)) / total for column in zip(*vectors)]


def disagreement(vectors, weights) -> float:
    """Root of the weighted mean square distance to the weighted mean."""
    mean, total = mean_of(vectors, weights), math.fsum(weights)
    squares = (w * sum((a - b) ** 2 for a, b in zip(v, mean)) for v, w in zip(vectors, weights))
    return math.sqrt(math.fsum(squares) / total)


# --- graphs and weights -----------------------------------------------------------------------


def neighbors_of(kind: str, n: int) -> list[list[int]]:
    """The graphs of the tests. A torus has the most square pair of sides; a side of 2 one edge."""
    edges = set()

    def join(i, j):
        if i != j:
            edges.add((min(i, j), max(i, j)))

    if kind == "star":
        for i in range(1, n):
            join(0, i)
    elif kind == "path":
        for i in range(n - 1):
            join(i, i + 1)
    elif kind == "ring":
        for i in range(n):
            join(i, (i + 1) % n)
    elif kind == "torus":
        rows = max(r for r in range(1, math.isqrt(n) + 1) if n % r == 0)
        columns = n // rows
        for i in range(rows):
            for j in range(columns):
                join(i * columns + j, i * columns + (j + 1) % columns)
                join(i * columns + j, (i + 1) % rows * columns + j)
    else:
        raise ValueError(kind)
    return [sorted(j for edge in edges if i in edge for j in edge if j != i) for i in range(n)]


def mixing_matrix(neighbors, weights) -> list[list[float]]:
    """w_ij = min(1/(1+d_i), (pi_j/pi_i)/(1+d_j)): pi-reversible Metropolis; of equal pi, plain."""
    n = len(neighbors)
    matrix = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in neighbors[i]:
            own, other = 1 / (1 + len(neighbors[i])), 1 / (1 + len(neighbors[j]))
            matrix[i][j] = min(own, weights[j] / weights[i] * other)
        matrix[i][i] = 1.0 - math.fsum(matrix[i])
    return matrix


def times(matrix, vectors) -> list[list[float]]:
    return [[dot(row, column) for column in zip(*vectors)] for row in matrix]


def extreme_eigenpairs(matrix):
    """((lambda_2, v), (lambda_n, v)) of a symmetric mixing matrix, by the cyclic Jacobi method."""
    n = len(matrix)
    a = [row[:] for row in matrix]
    q = [[float(i == j) for j in range(n)] for i in range(n)]
    while math.fsum(a[i][j] ** 2 for i in range(n) for j in range(n) if i != j) > 1e-30:
        for i in range(n - 1):
            for j in range(i + 1, n):
                if abs(a[i][j]) < 1e-300:
                    continue
                theta = (a[j][j] - a[i][i]) / (2 * a[i][j])
                t = math.copysign(1, theta) / (abs(theta) + math.hypot(theta, 1))
                c = 1 / math.hypot(t, 1)
                s = t * c
                for m in (a, q):
                    for row in m:
                        row[i], row[j] = c * row[i] - s * row[j], s * row[i] + c * row[j]
                a[i], a[j] = (
                    [c * x - s * y for x, y in zip(a[i], a[j])],
                    [s * x + c * y for x, y in zip(a[i], a[j])],
                )
    pairs = sorted(((a[i][i], [row[i] for row in q]) for i in range(n)), key=lambda p: -p[0])
    assert abs(pairs[0][0] - 1) < 1e-12, "a mixing matrix keeps the mean"
    return pairs[1], pairs[-1]


def promised_contraction(acceleration: str, steps: int, low: float, high: float) -> float:
    """Worst case of K gossip steps with the spectrum off the mean in [low, high]."""
    if acceleration == "none":
        return max(abs(low), abs(high)) ** steps
    if high - low < 1e-12:
        return 0.0
    return 1 / math.cosh(steps * math.acosh((2 - low - high) / (high - low)))
