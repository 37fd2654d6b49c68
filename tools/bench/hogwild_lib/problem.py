"""Logistic regression on sparse rows, read and evaluated by this file alone."""

import gzip
import math


class Problem:
    """f(x) = 1/m sum_s log(1 + exp(-b_s a_s.x)) + l2/2 |x|^2, rows of length 1, no intercept."""

    def __init__(self, path, l2):
        self.l2, self.labels, self.rows = l2, [], []
        opened = gzip.open if str(path).endswith(".gz") else open
        with opened(path, "rt", encoding="ascii") as file:
            for line in file:
                label, *pairs = line.split()
                row = [(int(k), float(v)) for k, v in (pair.split(":") for pair in pairs)]
                norm = math.sqrt(math.fsum(v * v for _, v in row)) or 1.0
                self.labels.append(1.0 if float(label) > 0 else -1.0)
                self.rows.append([(k, v / norm) for k, v in row])
        self.columns = max(row[-1][0] for row in self.rows if row)

    def value(self, x):
        """x[k - 1] is the weight of feature k."""
        return math.fsum(self._losses(x)) / len(self.rows) + self.l2 / 2 * math.fsum(
            v * v for v in x)

    def gradient_norm(self, x):
        gradient = [self.l2 * v for v in x]
        for label, row in zip(self.labels, self.rows):
            margin = label * sum(v * x[k - 1] for k, v in row)
            slope = -label / (1 + math.exp(margin)) / len(self.rows)
            for k, v in row:
                gradient[k - 1] += slope * v
        return math.sqrt(math.fsum(g * g for g in gradient))

    def _losses(self, x):
        for label, row in zip(self.labels, self.rows):
            margin = label * sum(v * x[k - 1] for k, v in row)
            yield math.log1p(math.exp(-abs(margin))) + max(-margin, 0.0)
