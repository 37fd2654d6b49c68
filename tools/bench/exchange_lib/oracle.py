"""What the averages must be, computed here in double precision and not by any of the peers.

  x_t = W^t x_0,   w_ij = 1 / (1 + max(degree_i, degree_j)) on edges,   w_ii = 1 - sum_j w_ij

Inputs are known by coordinate, so a thousand coordinates of 25 million cost a thousand evaluations.
"""

import math

MASK = 0xFFFFFFFF


def mixing_matrix(nodes, edges):
    degree = [sum(i in edge for edge in edges) for i in range(nodes)]
    rows = [[0.0] * nodes for _ in range(nodes)]
    for a, b in edges:
        rows[a][b] = rows[b][a] = 1 / (1 + max(degree[a], degree[b]))
    for i in range(nodes):
        rows[i][i] = 1 - sum(rows[i])
    return rows


def _product(a, b):
    columns = list(zip(*b))
    return [[sum(x * y for x, y in zip(row, column)) for column in columns] for row in a]


def power(rows, exponent):
    result = [[float(i == j) for j in range(len(rows))] for i in range(len(rows))]
    while exponent:
        if exponent & 1:
            result = _product(result, rows)
        rows = _product(rows, rows)
        exponent >>= 1
    return result


def peer_input(node, k):
    """Of the comparison programs: bits 8..31 of a linear hash, as a float32 in [-1, 1)."""
    mixed = k * 2654435761 + (node + 1) * 2246822519
    return ((mixed >> 8) & 0xFFFFFF) * 2.0**-23 - 1


def _philox(counter, key):
    """Philox4x32-10, Salmon et al. 2011."""
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & MASK, (a >> 32) ^ c[3] ^ k[1], a & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def starling_input(node, k, seed=1):
    """Of the objective `vectors` with random = d: draw k of the stream (seed, inputs, node).

    A draw is one block: two uniforms of 53 bits, Box-Muller's cosine (topology/random.h).
    """
    inputs = 4  # the stream's purpose
    w = _philox([k, 0, node, inputs], [seed & MASK, seed >> 32])
    u, v = (((low | high << 32) >> 11) * 2.0**-53 for low, high in (w[:2], w[2:]))
    return math.sqrt(-2 * math.log(1 - u)) * math.cos(2 * math.pi * v)


def expected(task, steps, value):
    """expected[node][s]: sample s after `steps` gossip steps from inputs value(node, k)."""
    nodes = task.layout.nodes
    rows = power(mixing_matrix(nodes, task.edges), steps)
    columns = [[value(j, k) for j in range(nodes)] for k in task.samples()]
    return [[sum(w * x for w, x in zip(row, column)) for column in columns] for row in rows]


def worst_error(measured, wanted):
    """The largest difference; infinite where something is missing."""
    if [len(row) for row in measured] != [len(row) for row in wanted]:
        return math.inf
    errors = [abs(m - w) for row, other in zip(measured, wanted) for m, w in zip(row, other)]
    return math.inf if any(map(math.isnan, errors)) else max(errors)
