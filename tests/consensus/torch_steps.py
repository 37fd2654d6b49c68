#!/usr/bin/env python3
"""What PyTorch makes of the cases on stdin: for each, the parameters after so many steps.

One node's reference_quadratic, f(x) = (x - c)' A (x - c) / 2 from x = 0, in float64.

A case  {"steps", "eta", "optimizer": [name, keywords], "schedule": [name, keywords] or null,
         "clip_norm", "clip_value"}; names are PyTorch's. Needs torch and numpy.
"""

import json
import pathlib
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "golden"))
from make_golden import problem  # noqa: E402 (after the path is set)

A, C = (torch.tensor(values[0].astype(float)) for values in problem(n=1))


def run(case):
    x = torch.zeros(10, dtype=torch.float64, requires_grad=True)
    name, keywords = case["optimizer"]
    optimizer = getattr(torch.optim, name)([x], lr=case["eta"], **keywords)
    schedule = None
    if case["schedule"]:
        name, keywords = case["schedule"]
        if name == "warm-up":
            schedule = torch.optim.lr_scheduler.LambdaLR(
                optimizer, lambda t: min((t + 1) / keywords["steps"], 1))
        else:
            schedule = getattr(torch.optim.lr_scheduler, name)(optimizer, **keywords)
    for _ in range(case["steps"]):
        x.grad = A @ (x.detach() - C)
        if case["clip_norm"]:
            torch.nn.utils.clip_grad_norm_([x], case["clip_norm"])
        if case["clip_value"]:
            torch.nn.utils.clip_grad_value_([x], case["clip_value"])
        optimizer.step(lambda: (x.detach() - C) @ x.grad / 2)
        if schedule:
            schedule.step()
    return x.detach().tolist()


if __name__ == "__main__":
    ends = [run(case) for case in json.load(sys.stdin)]
    print(json.dumps({"torch": torch.__version__, "x": ends}))
