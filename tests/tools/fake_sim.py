#!/usr/bin/env python3
"""Stands in for `starling-sim summarize OUT`: counts what the fake nodes left."""

import json
import pathlib
import sys

assert sys.argv[1] == "summarize", sys.argv
out = pathlib.Path(sys.argv[2])
nodes = [
    json.loads(path.read_text(encoding="utf-8")) for path in sorted(out.glob("node-*/summary.json"))
]
if not nodes:
    sys.exit("starling-sim: no node finished")
summary = {
    "status": nodes[0]["status"],
    "algorithm": "fake",
    "nodes": len(nodes),
    "steps": nodes[0]["steps"],
    "gossip_steps": 3 * nodes[0]["steps"],
    "objective": 0.0598397745,
    "objective_worst": 0.06,
    "gradient_norm": 1e-9,
    "consensus_error": 1e-10,
    "accuracy": {"train": 0.9},
    "bytes_sent": 123456,
    "wall_seconds": 1.5,
    "contraction": {"measured": 0.03, "predicted": 0.04},
    "nodes_detail": nodes,
}
(out / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
print(json.dumps(summary))
