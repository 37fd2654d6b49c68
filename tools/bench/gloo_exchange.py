#!/usr/bin/env python3
"""One node of the same exchange over Gloo, as torch.distributed offers it (Debian: python3-torch).

One isend and one irecv of the whole vector per neighbour, a wait for all, then the average with
torch's own operations in place. Prints one JSON line like the other peers, for this node alone.
"""

import argparse
import json
import os
import time

import torch
import torch.distributed as dist

BLOCK = 1 << 20  # values drawn at once: the integers behind them are wider


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--node", type=int, required=True)
    parser.add_argument("--store", required=True)
    parser.add_argument("--edges", required=True)
    for name in ("--nodes", "--values", "--rounds", "--warm-up", "--stride"):
        parser.add_argument(name, type=int, required=True)
    parser.add_argument("--pin", action="store_true")
    return parser.parse_args()


def neighbours_of(node, edges):
    pairs = [tuple(map(int, edge.split("-"))) for edge in edges.split(",")]
    return sorted([b for a, b in pairs if a == node] + [a for a, b in pairs if b == node])


def inputs(node, values):
    """bits 8..31 of k 2654435761 + (node + 1) 2246822519, as a float in [-1, 1)."""
    x = torch.empty(values, dtype=torch.float32)
    for begin in range(0, values, BLOCK):
        k = torch.arange(begin, min(begin + BLOCK, values), dtype=torch.int64)
        mixed = k * 2654435761 + (node + 1) * 2246822519
        x[begin:begin + BLOCK] = ((mixed >> 8) & 0xFFFFFF).to(torch.float32) * 2.0**-23 - 1
    return x


def samples(x, stride):
    places = list(range(0, len(x), stride))
    if places[-1] != len(x) - 1:
        places.append(len(x) - 1)
    return x[places].tolist()


class Peer:
    def __init__(self, given):
        self.neighbours = neighbours_of(given.node, given.edges)
        degree = [len(neighbours_of(j, given.edges)) for j in self.neighbours]
        self.weights = [1 / (1 + max(len(degree), other)) for other in degree]
        self.received = [torch.empty(given.values) for _ in self.neighbours]

    def round(self, own, following):
        waits = [dist.irecv(buffer, other)
                 for buffer, other in zip(self.received, self.neighbours)]
        waits += [dist.isend(own, other) for other in self.neighbours]
        for wait in waits:
            wait.wait()
        torch.mul(own, 1 - sum(self.weights), out=following)
        for buffer, weight in zip(self.received, self.weights):
            following.add_(buffer, alpha=weight)


def main():
    given = arguments()
    torch.set_num_threads(1)
    if given.pin:
        os.sched_setaffinity(0, {given.node % os.cpu_count()})
    dist.init_process_group("gloo", init_method=f"file://{given.store}", rank=given.node,
                            world_size=given.nodes)
    peer = Peer(given)
    own, following = inputs(given.node, given.values), torch.zeros(given.values)
    seconds, first, before = [], [], 0.0
    for number in range(given.warm_up + given.rounds):
        peer.round(own, following)
        own, following = following, own
        if number == 0:
            first = samples(own, given.stride)
        now = time.perf_counter()
        if number >= given.warm_up:
            seconds.append(now - before)
        before = now
    last = samples(own, given.stride)
    seconds.sort()
    quantile = lambda q: seconds[int(q * (len(seconds) - 1) + 0.5)]  # noqa: E731
    print(json.dumps({"round_seconds": {"min": seconds[0], "median": quantile(0.5),
                                        "p99": quantile(0.99)},
                      "first": first, "last": last}), flush=True)
    dist.barrier()  # no connection closes while a neighbour still reads


if __name__ == "__main__":
    main()
