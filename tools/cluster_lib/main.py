"""The story of one run, from the command line to the exit code."""

import json
import sys

from cluster_lib import arguments as command_line
from cluster_lib import endpoints, faults, run_folder, summary
from cluster_lib.arguments import Arguments
from cluster_lib.children import Children, command_of
from cluster_lib.display import Display
from cluster_lib.errors import RunError, UsageError
from cluster_lib.keys import make_keys
from cluster_lib.optimum import known_optimum
from cluster_lib.outcome import describe, worst_code
from cluster_lib.report import write_report
from cluster_lib.watch import Limits, Watch
from fault_proxy_lib import script


def complain(line: object) -> None:
    print(f"cluster: {line}", file=sys.stderr)


def run_nodes(
    arguments: Arguments, text: str, nodes: int, display: Display, limits: Limits = Limits()
) -> tuple[Children, Watch]:
    """Starts all nodes and waits. Every process has ended when this returns or throws."""
    node = run_folder.program(arguments, "starling-node")
    made = make_keys(arguments.keys, arguments.programs / "starling-topology", nodes)
    try:
        held = endpoints.open_endpoints(arguments.transport, nodes)
    except OSError as error:
        raise RunError(f"--transport {arguments.transport}: {error}") from None
    children = Children(display.say)
    with made as keys, held as addresses, Watch(children, display, limits) as watch:
        config = run_folder.write_config(arguments.out, text, addresses.addresses, keys.public)
        with faults.between(arguments.faults, config, arguments.out) as config_of:
            addresses.release()
            try:
                def start(i: int, kill_at: int | None) -> None:
                    awaited = arguments.restarts
                    command = command_of(i, node, config_of(i), arguments.out, kill_at, awaited)
                    if arguments.partition:
                        command += arguments.partition.apart(i)
                    children.start(i, command + keys.options(i), kill_at)

                for i in range(nodes):
                    start(i, arguments.kills.get(i))
                watch.run(lambda i: i in arguments.restarts and start(i, None))
            except OSError as error:
                raise RunError(f"cannot start {node}: {error.strerror}") from None
            finally:
                children.close()
    return children, watch


def report(
    arguments: Arguments, config: dict, nodes: int, failures: list[str], more_rows=None
) -> bool:
    """Merges, prints and draws. False when the run left nothing to merge."""
    try:
        merged = summary.summarize(run_folder.program(arguments, "starling-sim"), arguments.out)
    except RunError as error:
        complain(f"no summary: {error}")
        return False
    whole = len(merged.get("members") or range(nodes)) == nodes
    table = summary.rows(merged, known_optimum(config) if whole else None)
    if arguments.faults is not None:
        table.append(faults.row(arguments.out))
    if more_rows:
        table += more_rows(arguments, merged)
    print(json.dumps(merged, indent=2) if arguments.json else summary.as_text(table))
    try:
        title = config["shared"].get("name", "run")
        path = write_report(arguments.out, title, table, merged, failures, nodes)
        print(f"report: {path}", file=sys.stderr)
    except OSError as error:
        complain(f"no report: {error.strerror}: '{error.filename}'")
        return False
    return True


def run(arguments: Arguments, more_rows=None) -> int:
    """One run from start to report. more_rows(arguments, summary) adds to the table's end."""
    if arguments.check:
        return run_folder.check_config(arguments)
    text = run_folder.effective_config(arguments)
    if arguments.print_config:
        print(text, end="")
        return 0
    config = run_folder.parse_config(text)
    nodes = run_folder.nodes_of(config)
    for node in arguments.kills:
        if node >= nodes:
            raise UsageError(f"--kill: no node {node}; the run has nodes 0..{nodes - 1}")
    if arguments.partition and max(frozenset.union(*arguments.partition.sides)) >= nodes:
        raise UsageError(f"--partition: the run has nodes 0..{nodes - 1}")
    if arguments.faults is not None:
        script.check_nodes(script.load(arguments.faults), nodes)
    run_folder.prepare(arguments.out, config, nodes)
    print(f"{nodes} nodes, run folder {arguments.out}", file=sys.stderr)
    display = Display(config.get("shared", {}).get("stop", {}).get("steps"), quiet=arguments.json)
    children, watch = run_nodes(arguments, text, nodes, display)
    failures = describe(children.all, watch.reason)
    for line in failures:
        complain(line)
    code = 130 if watch.killed_by_user else worst_code(children.all)
    # Nothing was computed; a budget spent at once (3) leaves models before it leaves a line.
    if code == 2 or (code not in (0, 3) and not children.started):
        return code
    merged = report(arguments, config, nodes, failures, more_rows)
    return code if code or merged else 1


def main(argv: list[str]) -> int:
    try:
        arguments = command_line.parse(argv)
        return 0 if arguments is None else run(arguments)
    except UsageError as error:
        complain(error)
        return 2
    except (RunError, OSError) as error:
        complain(error)
        return 1
    except KeyboardInterrupt:
        return 130
