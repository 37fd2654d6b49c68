#!/usr/bin/env python3
"""What PyTorch makes of the networks on stdin: for each, loss and parameters after so many steps.

A case  {"rows", "labels", "shape": [height, width, channels], "layers": as objective.layers of cnn,
         "activation", "normalised", "l2", "x": the start, "eta", "steps"}: plain gradient steps on
         all rows, in float64. Parameters in Starling's order. Needs torch.
"""

import json
import sys

import torch
from torch.nn import functional

ACTIVATIONS = {"relu": torch.relu, "gelu": functional.gelu, "tanh": torch.tanh}


class Reader:
    """Takes x apart, front to back."""

    def __init__(self, x):
        self.x, self.at = x, 0

    def take(self, *shape):
        begin, self.at = self.at, self.at + int(torch.tensor(shape).prod())
        return self.x[begin:self.at].reshape(shape)


def network(case, x):
    """The outputs: images go as rows x channels x height x width, vectors as rows x units."""
    height, width, channels = case["shape"]
    read = Reader(x)
    a = torch.tensor(case["rows"], dtype=torch.float64)
    a = a.reshape(-1, height, width, channels).permute(0, 3, 1, 2)

    def flat():
        return a if a.dim() == 2 else a.permute(0, 2, 3, 1).reshape(len(a), -1)

    def activated(z):
        if case["normalised"]:
            gamma, beta = read.take(z.shape[1]), read.take(z.shape[1])
            z = functional.batch_norm(z, None, None, gamma, beta, training=True)
        return ACTIVATIONS[case["activation"]](z)

    for layer in filter(None, case["layers"].split(",")):
        kind, *numbers = layer.split(":")
        number = [int(value) for value in numbers]
        if kind == "convolution":
            units, kernel = number
            weights = read.take(kernel, kernel, a.shape[1], units).permute(3, 2, 0, 1)
            a = activated(functional.conv2d(a, weights, read.take(units), padding=kernel // 2))
        elif kind == "dense":
            a = flat()
            a = activated(a @ read.take(a.shape[1], number[0]) + read.take(number[0]))
        else:
            pool = functional.max_pool2d if kind == "max" else functional.avg_pool2d
            a = pool(a, number[0])
    classes = max(case["labels"]) + 1
    outputs = flat() @ read.take(flat().shape[1], classes) + read.take(classes)
    assert read.at == len(x), "every parameter has its place"
    return outputs


def run(case):
    x = torch.tensor(case["x"], dtype=torch.float64, requires_grad=True)
    labels = torch.tensor(case["labels"])

    def loss():
        return functional.cross_entropy(network(case, x), labels) + case["l2"] / 2 * x.dot(x)

    for _ in range(case["steps"]):
        (gradient,) = torch.autograd.grad(loss(), x)
        with torch.no_grad():
            x -= case["eta"] * gradient
    return {"loss": loss().item(), "x": x.tolist()}


if __name__ == "__main__":
    print(json.dumps([run(case) for case in json.load(sys.stdin)]))
