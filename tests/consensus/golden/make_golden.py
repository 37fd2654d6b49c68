#!/usr/bin/env python3
"""Writes quadratic_ring8.json: every algorithm's parameters after 100 steps, from numpy alone.

Nothing of the project is used: the problem (SplitMix64, reflected diagonal quadratics) and every
update are written from the papers' matrix forms, on purpose in forms other than those of
consensus/algorithms where there is one (two-term EXTRA, psi-form of exact diffusion, Nesterov
with tracked gradients written on the whole X; Chebyshev mixing by T_K of the matrix). All is
computed in long double (64 bits of mantissa on x86), so its own rounding does not count.

    python3 make_golden.py > quadratic_ring8.json
"""
import json

import numpy as np

Long = np.longdouble
MASK = (1 << 64) - 1


class SplitMix64:
    def __init__(self, seed):
        self.s = seed

    def uni(self):
        self.s = (self.s + 0x9E3779B97F4A7C15) & MASK
        z = self.s
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return 2 * (((z ^ (z >> 31)) >> 11) * 2.0**-53) - 1


def problem(n=8, d=10, kappa=100.0, spread=0.3, seed=1):
    draw = SplitMix64(seed)
    lam = np.array([(1 / Long(kappa)) * Long(kappa) ** (Long(j) / (d - 1)) for j in range(d)])
    v0 = np.array([draw.uni() for _ in range(d)], dtype=Long)
    a, c = [], []
    for _ in range(n):
        v = v0 + Long(spread) * np.array([draw.uni() for _ in range(d)], dtype=Long)
        c.append([draw.uni() for _ in range(d)])
        h = np.eye(d, dtype=Long) - 2 * np.outer(v, v) / (v @ v)
        a.append(h @ np.diag(lam) @ h)
    return np.array(a), np.array(c, dtype=Long)


A, C = problem()
N, D = C.shape
ONE = np.eye(N, dtype=Long)
W = ONE / 3  # Metropolis on the ring: 1 / (1 + 2)
for i in range(N):
    W[i, (i + 1) % N] = W[i, (i - 1) % N] = Long(1) / 3
LOW, HIGH = -Long(1) / 3, (1 + np.sqrt(Long(2))) / 3  # (1 + 2 cos(2 pi k / 8)) / 3, k = 4 and 1
ZERO = np.zeros((N, D), dtype=Long)


def grad(x):
    return np.einsum("ijk,ik->ij", A, x - C)


def power(p, count):
    result = ONE
    for _ in range(count):
        result = p @ result
    return result


def chebyshev(t, steps, one):
    """T_steps(t), t a number or a matrix."""
    previous, now = one, t
    for _ in range(steps - 1):
        previous, now = now, 2 * (t @ now if np.ndim(t) else t * now) - previous
    return now


def polynomial(acceleration, steps):
    """P_K(W) as a matrix: W^K, or T_K on [LOW, HIGH] scaled to 1 at 1."""
    if acceleration == "none":
        return power(W, steps)
    at = (2 * W - (LOW + HIGH) * ONE) / (HIGH - LOW)
    at_one = (2 - LOW - HIGH) / (HIGH - LOW)
    return chebyshev(at, steps, ONE) / chebyshev(at_one, steps, Long(1))


def average(p, eta, count):
    x = np.einsum("ijk,ik->ij", A, C)  # -grad(0)
    return power(p, count) @ x


def dgd_atc(p, eta, count):
    x = ZERO
    for _ in range(count):
        x = p @ (x - eta * grad(x))
    return x


def dgd_cta(p, eta, count):
    x = ZERO
    for _ in range(count):
        x = p @ x - eta * grad(x)
    return x


def extra(p, eta, count):
    previous, g_previous = ZERO, grad(ZERO)
    x = p @ previous - eta * g_previous
    half = (ONE + p) / 2
    for _ in range(count - 1):
        g = grad(x)
        x, previous, g_previous = x + p @ x - half @ previous - eta * (g - g_previous), x, g
    return x


def exact_diffusion(p, eta, count):
    x, psi, half = ZERO, ZERO, (ONE + p) / 2
    for _ in range(count):
        psi_next = x - eta * grad(x)
        x, psi = half @ (psi_next + x - psi), psi_next
    return x


def led(p, eta, count, local_steps):
    """Alghunaim's form: y + phi - x+ in place of the halves."""
    x, y, half = ZERO, ZERO, (ONE + p) / 2
    for _ in range(count):
        phi = x
        for _ in range(local_steps):
            phi = phi - eta * grad(phi) - y / local_steps
        x_next = half @ phi
        x, y = x_next, y + phi - x_next
    return x


def local_dsgd(p, eta, count, local_steps):
    x = ZERO
    for _ in range(count):
        for _ in range(local_steps):
            x = x - eta * grad(x)
        x = p @ x
    return x


def k_gt(p, eta, count, local_steps):
    """The paper's form: x+ is the mix of what the local steps made of x."""
    x, c = ZERO, ZERO
    for _ in range(count):
        z = x
        for _ in range(local_steps):
            z = z - eta * (grad(z) + c)
        drift = (x - z) / (local_steps * eta)
        x, c = p @ z, c - drift + p @ drift
    return x


def gradient_tracking(p, eta, count):
    x, g = ZERO, grad(ZERO)
    y = g
    for _ in range(count):
        x_next = p @ (x - eta * y)
        g_next = grad(x_next)
        x, y, g = x_next, p @ y + g_next - g, g_next
    return x


def mudag(p, eta, count):
    mu = Long(np.linalg.eigvalsh(A.mean(0).astype(float))[0])
    a = np.sqrt(mu * Long(eta))
    x = y = y_previous = ZERO
    g_previous = ZERO
    for _ in range(count):
        g = grad(y)
        x_next = p @ (y + (x - y_previous) - eta * (g - g_previous))
        y, y_previous, g_previous = x_next + (1 - a) / (1 + a) * (x_next - x), y, g
        x = x_next
    return x


L_MEAN = float(np.linalg.eigvalsh(A.mean(0).astype(float))[-1])
CASES = [
    (average, "none", 1, 1.0),
    (average, "chebyshev", 3, 1.0),
    (dgd_atc, "none", 1, 0.1),
    (dgd_atc, "chebyshev", 5, 0.5),
    (dgd_cta, "none", 1, 0.1),
    (dgd_cta, "chebyshev", 2, 0.1),
    (extra, "none", 1, 0.95),
    (extra, "chebyshev", 3, 0.9),
    (exact_diffusion, "none", 1, 1.0),
    (exact_diffusion, "none", 1, 1.9),
    (exact_diffusion, "chebyshev", 4, 1.0),
    (gradient_tracking, "none", 1, 0.4),
    (gradient_tracking, "chebyshev", 5, 1.0),
    (mudag, "chebyshev", 5, 1 / L_MEAN),
    (mudag, "none", 20, 0.7),
]
LOCAL_CASES = [  # (function, name in the registry, acceleration, K, eta, E)
    (led, "exact_diffusion", "none", 1, 0.5, 5),
    (led, "exact_diffusion", "chebyshev", 4, 0.25, 10),
    (local_dsgd, "dgd_atc", "none", 1, 0.1, 5),
    (k_gt, "k_gt", "none", 1, 0.1, 1),
    (k_gt, "k_gt", "none", 1, 0.05, 5),
    (k_gt, "k_gt", "chebyshev", 3, 0.1, 3),
]


def main():
    cases = []
    for algorithm, acceleration, steps, eta in CASES:
        x = algorithm(polynomial(acceleration, steps), Long(eta), 100)
        cases.append({"algorithm": algorithm.__name__, "acceleration": acceleration,
                      "mixing_steps": steps, "step_size": eta,
                      "x": [[float(value) for value in row] for row in x]})
    for function, algorithm, acceleration, steps, eta, local_steps in LOCAL_CASES:
        x = function(polynomial(acceleration, steps), Long(eta), 100, local_steps)
        cases.append({"algorithm": algorithm, "acceleration": acceleration,
                      "mixing_steps": steps, "step_size": eta, "local_steps": local_steps,
                      "x": [[float(value) for value in row] for row in x]})
    about = ("parameters of each node after 100 steps from 0 on reference_quadratic (n = 8, "
             "d = 10), ring, Metropolis weights; written by make_golden.py with numpy "
             + np.__version__)
    print('{\n "about": ' + json.dumps(about) + ',\n "cases": [')
    print(",\n".join("  " + json.dumps(case) for case in cases))
    print(" ]\n}")


if __name__ == "__main__":
    main()
