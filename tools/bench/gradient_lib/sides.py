"""The same value and gradient by scikit-learn's and PyTorch's own means, in double, one thread."""

import subprocess
import json
import pathlib
import tempfile
import time
import warnings

import numpy as np
import scipy.sparse

from bench.gradient_lib.cases import layers


def timed(evaluate, repeats):
    """(seconds of each, value, gradient), after one that is not timed."""
    value, gradient = evaluate()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        value, gradient = evaluate()
        seconds.append(time.perf_counter() - start)
    return seconds, value, gradient


class Starling:
    title = "Starling"

    def __init__(self, case, data, folder, programs):
        self.words = [programs / "starling-bench-gradient", "--data", folder / case.data,
                      "--scale", case.scale, "--kind", case.kind, "--config", case.config()]
        if case.labels:
            self.words += ["--labels", folder / case.labels]

    def run(self, repeats):
        with tempfile.NamedTemporaryFile() as out:
            done = subprocess.run([*self.words, "--repeats", str(repeats), "--out", out.name],
                                  capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise RuntimeError(done.stderr.strip())
            run = json.loads(done.stdout)
            return run["seconds"], run["value"], np.fromfile(pathlib.Path(out.name))


class Sklearn:
    """The loss objects that its solvers call, MLPClassifier's own back propagation."""

    title = "scikit-learn"

    def __init__(self, case, data, folder, programs):
        self.evaluate = self._mlp(case, data) if case.kind == "mlp" else self._linear(case, data)

    def run(self, repeats):
        return timed(self.evaluate, repeats)

    @staticmethod
    def _linear(case, data):
        from sklearn._loss.loss import HalfBinomialLoss, HalfMultinomialLoss, HalfSquaredError
        from sklearn.linear_model._linear_loss import LinearModelLoss

        base = {"logistic": HalfBinomialLoss, "least_squares": HalfSquaredError,
                "softmax": lambda: HalfMultinomialLoss(n_classes=data.classes)}[case.kind]()
        loss = LinearModelLoss(base, fit_intercept=False)
        m = data.rows.shape[0]
        x = data.x if case.kind != "softmax" else data.x.reshape(-1, data.classes).T

        def evaluate():
            value, gradient = loss.loss_gradient(x, data.rows, data.labels,
                                                 l2_reg_strength=m * case.l2, n_threads=1)
            return value / m, (gradient.T if case.kind == "softmax" else gradient) / m

        return evaluate

    @staticmethod
    def _mlp(case, data):
        from sklearn.neural_network import MLPClassifier

        hidden = int(case.keys["hidden"])
        network = MLPClassifier((hidden,), alpha=0.0, max_iter=1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            network.fit(data.rows[:1000], data.labels[:1000])
        w1, b1, w2, b2 = layers(case, data, data.x)
        network.coefs_, network.intercepts_ = [w1, w2], [b1, b2]
        targets = network._label_binarizer.transform(data.labels)

        def evaluate():
            slots = [None, None]
            value, weights, biases = network._backprop(
                data.rows, targets, [data.rows, None, None], list(slots), list(slots), list(slots))
            return value, np.concatenate([weights[0].ravel(), biases[0], weights[1].ravel(),
                                          biases[1]])

        return evaluate


class Torch:
    """Autograd, as its users write it."""

    title = "PyTorch"

    def __init__(self, case, data, folder, programs):
        import torch

        torch.set_num_threads(1)
        f = torch.nn.functional
        x = torch.tensor(data.x, requires_grad=True)
        labels = torch.tensor(data.labels)
        if scipy.sparse.issparse(data.rows):
            coo = data.rows.tocoo()
            rows = torch.sparse_coo_tensor(np.vstack([coo.row, coo.col]), coo.data,
                                           coo.shape).coalesce()
        else:
            rows = torch.tensor(data.rows)

        def loss():
            if case.kind == "softmax":
                return f.cross_entropy(rows @ x.view(-1, data.classes), labels.long())
            if case.kind == "mlp":
                w1, b1, w2, b2 = layers(case, data, x)
                return f.cross_entropy(torch.relu(rows @ w1 + b1) @ w2 + b2, labels.long())
            z = torch.sparse.mm(rows, x[:, None])[:, 0] if rows.is_sparse else rows @ x
            if case.kind == "logistic":
                return f.softplus((1 - 2 * labels) * z).mean()
            return (z - labels).square().mean() / 2

        def evaluate():
            x.grad = None
            value = loss() + case.l2 / 2 * (x @ x)
            value.backward()
            return value.item(), x.grad.numpy()

        self.evaluate = evaluate

    def run(self, repeats):
        return timed(self.evaluate, repeats)


SIDES = (Starling, Sklearn, Torch)
