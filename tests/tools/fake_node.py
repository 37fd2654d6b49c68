#!/usr/bin/env python3
"""Stands in for starling-node: the same command line and files, and it behaves as it is told.

STARLING_FAKE holds a JSON object, node -> behaviour; a node not named succeeds:
  exit:CODE:MESSAGE   fails before its first step
  fail:STEP:CODE      fails at a step
  hang                never reports, ignores SIGINT and SIGTERM
  steady              goes on until SIGINT, then ends as asked
  deaf                succeeds, whoever is lost
A node that fails or is killed leaves a mark; the others exit with 4, naming it, like real ones.
"""

import argparse
import json
import os
import pathlib
import signal
import sys
import time
import tomllib


def complain(code: int, message: str) -> None:
    print(f"starling-node: {message}", file=sys.stderr)
    sys.exit(code)


def toml(tables: dict, name: str = "") -> str:
    """Writes what tomllib read: scalars first, then tables."""
    scalars = [
        f"{k} = {json.dumps(v)}" for k, v in tables.items() if not isinstance(v, (dict, list))
    ]
    text = (f"[{name}]\n" if name and scalars else "") + "".join(line + "\n" for line in scalars)
    for key, value in tables.items():
        path = f"{name}.{key}" if name else key
        if isinstance(value, dict):
            text += toml(value, path)
        elif isinstance(value, list):
            text += "".join(f"[[{path}]]\n{toml(entry)}" for entry in value)
    return text


def load(arguments) -> dict:
    config = tomllib.loads(pathlib.Path(arguments.config).read_text(encoding="utf-8"))
    for item in arguments.set:
        key, text = item.split("=", 1)
        *path, last = key.split(".")
        if path[0] != "shared":
            complain(2, f"{key}: no such section; allowed: shared")
        table = config
        for part in path:
            table = table.setdefault(part, {})
        table[last] = int(text) if text.isdigit() else text
    return config


def run(arguments, config: dict, behaviour: str) -> None:
    out = pathlib.Path(arguments.out)
    folder = out / f"node-{arguments.id}"
    folder.mkdir(parents=True)
    stopping = []
    signal.signal(signal.SIGINT, lambda *_: stopping.append("SIGINT"))
    kind, *rest = behaviour.split(":", 2)
    print(f"ready {arguments.id}", file=sys.stderr, flush=True)
    if kind == "exit":
        complain(int(rest[0]), rest[1])
    if kind == "hang":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            signal.pause()
    budget = config["shared"]["stop"]["steps"]
    step = 0
    with open(folder / "metrics.jsonl", "w", encoding="utf-8") as metrics:
        while step < budget or kind == "steady":
            step += 1
            if arguments.kill_at == step or (kind == "fail" and int(rest[0]) == step):
                (out / "lost").write_text(str(arguments.id), encoding="utf-8")
                if kind == "fail":
                    complain(int(rest[1]), f"no space left at step {step}")
                os.kill(os.getpid(), signal.SIGKILL)
            if (out / "lost").exists() and kind != "deaf":
                complain(
                    4, f"lost node {(out / 'lost').read_text(encoding='utf-8')}: connection closed"
                )
            record = {
                "id": arguments.id,
                "step": step,
                "objective": 1 + 0.5**step,
                "consensus_error": 0.5**step,
                "gradient_bound": 0.5**step,
                "bytes_sent": 100 * step,
                "waiting_for": None,
                "elapsed": 0.01 * step,
            }
            print(json.dumps(record), flush=True)
            print(json.dumps(record), file=metrics)
            if stopping:
                break
            time.sleep(0.01)  # paces the fake, no test waits for it
    summary = {"id": arguments.id, "status": "stopped", "steps": step, "signals": stopping}
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--config", required=True)
    parser.add_argument("--id", type=int, required=True)
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--out")
    parser.add_argument("--kill-at", type=int)
    parser.add_argument("--progress", choices=["json"])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--print-config", action="store_true")
    arguments = parser.parse_args()
    config = load(arguments)
    if arguments.print_config:
        print(toml(config), end="")
    elif not arguments.check:
        behaviours = json.loads(os.environ.get("STARLING_FAKE", "{}"))
        run(arguments, config, behaviours.get(str(arguments.id), "succeed"))


main()
