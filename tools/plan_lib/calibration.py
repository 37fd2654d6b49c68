"""What this machine's nodes spend: measured on short runs, fitted to the model's four figures.

    T_step = n / cores (step + K (gossip + degree (message + bytes byte)))

All processes share the cores, so a step takes the sum of everyone's work over the cores.
"""

import os
import pathlib
from dataclasses import dataclass

from plan_lib.runs import Measured, run

# nodes, graph, degree, dimension, gossip steps: what moves one figure more than the others.
PROBES = (
    (4, "ring", 2, 10, 1),
    (4, "complete", 3, 10, 1),
    (8, "ring", 2, 10, 1),
    (8, "ring", 2, 10, 5),
    (8, "complete", 7, 10, 1),
    (4, "ring", 2, 50_000, 1),
    (4, "complete", 3, 30_000, 1),
    (6, "ring", 2, 100_000, 2),
)
HEADER, CHUNK = 64, 256 * 1024


@dataclass(frozen=True)
class Costs:
    """Seconds of one core; cores of this machine."""

    cores: int
    step: float
    gossip: float
    message: float
    byte: float

    def options(self) -> dict:
        """For starling-topology plan."""
        return {
            "cores": self.cores,
            "step_time": f"{self.step:.9g}",
            "gossip_time": f"{self.gossip:.9g}",
            "message_time": f"{self.message:.9g}",
            "byte_time": f"{self.byte:.9g}",
        }


def chunks(dimension: int) -> int:
    """As consensus/chunks.h cuts float64."""
    return 1 if 8 * dimension <= 2 * CHUNK else -(-8 * dimension // CHUNK)


def row(probe: tuple, cores: int) -> list[float]:
    """The four figures' factors in T_step."""
    nodes, _, degree, dimension, steps = probe
    share, frames = nodes / cores, chunks(dimension)
    bytes_each = frames * HEADER + 8 * dimension
    return [
        share,
        share * steps,
        share * steps * degree * frames,
        share * steps * degree * bytes_each,
    ]


def fit(rows: list[list[float]], times: list[float], rounds: int = 20_000) -> list[float]:
    """Non-negative x with the least sum of ((row x - time) / time)^2, one coordinate at a time."""
    scaled = [[value / time for value in row] for row, time in zip(rows, times)]
    columns = list(zip(*scaled))
    squares = [sum(value * value for value in column) for column in columns]
    x, left = [0.0] * len(columns), [1.0] * len(times)
    for _ in range(rounds):
        for j, column in enumerate(columns):
            move = sum(c * r for c, r in zip(column, left)) / squares[j]
            move = max(move, -x[j])
            x[j] += move
            left = [r - move * c for r, c in zip(left, column)]
    return x


def probe_config(probe: tuple, steps: int) -> dict:
    nodes, graph, _, dimension, mixing_steps = probe
    return {
        "shared.name": "probe",
        "shared.objective.kind": "vectors",
        "shared.objective.random": dimension,
        "shared.topology.kind": graph,
        "shared.topology.nodes": nodes,
        "shared.topology.weights": "metropolis",
        "shared.mixing.acceleration": "chebyshev" if mixing_steps > 1 else "none",
        "shared.mixing.steps": mixing_steps,
        "shared.algorithm.kind": "average",
        "shared.stop.steps": steps,
    }


def fastest(config: dict, programs: pathlib.Path, passes: int) -> Measured:
    """The best of some runs: disturbance only adds time."""
    return min((run(config, programs) for _ in range(passes)), key=lambda m: m.seconds)


def calibrate(programs: pathlib.Path, passes: int, say) -> Costs:
    cores = len(os.sched_getaffinity(0))
    times = []
    for probe in PROBES:
        steps = 300 if probe[3] > 1000 else 1500
        times.append(fastest(probe_config(probe, steps), programs, passes).step_seconds)
    rows = [row(probe, cores) for probe in PROBES]
    costs = Costs(cores, *fit(rows, times))
    for probe, factors, time in zip(PROBES, rows, times):
        fitted = sum(a * b for a, b in zip(factors, costs_of(costs)))
        say(
            f"  {probe[0]} nodes, {probe[1]}, d = {probe[3]}, K = {probe[4]}: "
            f"{time * 1e6:.0f} us a step, fitted {fitted * 1e6:.0f}"
        )
    return costs


def costs_of(costs: Costs) -> tuple[float, float, float, float]:
    return costs.step, costs.gossip, costs.message, costs.byte


def gradient_seconds(dimension: int, costs: Costs, programs: pathlib.Path, passes: int) -> float:
    """Of the quadratic the setups run on: one node alone, without anyone to talk to."""
    config = {
        "shared.name": "gradient",
        "shared.objective.kind": "reference_quadratic",
        "shared.objective.dimension": dimension,
        "shared.topology.kind": "path",
        "shared.topology.nodes": 1,
        "shared.algorithm.kind": "dgd_atc",
        "shared.stop.steps": max(200, min(5000, 20_000_000 // dimension)),
    }
    alone = fastest(config, programs, passes).step_seconds
    return max(alone - costs.step - costs.gossip, 1e-7)
