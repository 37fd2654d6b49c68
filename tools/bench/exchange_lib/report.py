"""What was measured, as Markdown tables and as JSON. Every peer is a row, measured or not."""

import datetime
import os
import pathlib
import platform
import statistics

from bench.exchange_lib.processes import WrongAverages

# Check of the project's aims: up to this length, Starling's time over the peer's at most this.
AIMS = ((10_000, "openmpi-tcp", 2.0), (200_000, "openmpi-tcp", 1.3),
        (None, "openmpi-tcp", 1.0), (None, "raw-tcp", 1 / 0.8))


def machine():
    info = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    names = [line.split(":", 1)[1].strip() for line in info.splitlines()
             if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (f"{os.cpu_count()} x {names[0] if names else platform.machine()}, {memory:.0f} GiB, "
            f"{platform.system()} {platform.release()}")


def load():
    """Of others, when asked before the first run: peers that spin (OpenMPI) suffer most from it."""
    return f"{os.getloadavg()[0]:.1f}"


class Results:
    """cells[task.title][peer.key]: the passes' figures, or why there are none.

    Of several passes the one with the least median counts: disturbance only ever adds time. All
    stand in the JSON.
    """

    def __init__(self, tasks, peers, command):
        self.tasks, self.peers, self.command = tasks, peers, command
        self.date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
        self.load = load()
        self.passes = {(task.title, peer.key): [] for task in tasks for peer in peers}
        self.problems = {}  # (title, key) -> the first failure
        self.wrong = set()  # (title, key) whose averages were wrong in some pass
        self.absent = {peer.key: peer.absent() for peer in peers}

    def add(self, task, peer, measured):
        self.passes[task.title, peer.key].append(measured)

    def fail(self, task, peer, error):
        self.problems.setdefault((task.title, peer.key), str(error))
        if isinstance(error, WrongAverages):
            self.wrong.add((task.title, peer.key))

    def best(self, task, key):
        """None without any good pass, or where another pass had wrong averages."""
        found = self.passes.get((task.title, key), [])
        if not found or (task.title, key) in self.wrong:
            return None
        return min(found, key=lambda measured: measured.median)

    def ratio(self, task, key, other):
        """How fast, relative to the other: above 1 is faster."""
        mine, theirs = self.best(task, key), self.best(task, other)
        return theirs.median / mine.median if mine and theirs else None


def _cell(results, task, key):
    if results.absent[key]:
        return "absent"
    best = results.best(task, key)
    if not best:
        return "failed"
    ratios = (results.ratio(task, key, other) for other in ("raw-tcp", "openmpi-tcp"))
    shown = "; ".join("-" if ratio is None else f"{ratio:.2f}" for ratio in ratios)
    mark = "*" if (task.title, key) in results.problems else ""
    return f"{best.median * 1e3:.3g}{mark} ({shown})"


def _table(results, layout):
    tasks = [task for task in results.tasks if task.layout == layout]
    lines = [f"**{layout.name}**: {layout.kind}, {layout.nodes} processes, "
             f"{len(tasks[0].edges)} edges", "",
             "| peer | " + " | ".join(f"d = {task.values:,}" for task in tasks) + " |",
             "|---|" + "---:|" * len(tasks)]
    for peer in results.peers:
        cells = (_cell(results, task, peer.key) for task in tasks)
        lines.append(f"| {peer.title} | " + " | ".join(cells) + " |")
    return lines + [""]


def _aims(results):
    lines = []
    for task in results.tasks:
        bound = next((limit for limit, _, _ in AIMS if limit is None or task.values <= limit))
        for peer in results.peers:
            if not peer.key.startswith("starling-") or peer.key.endswith("-keys"):
                continue  # the peers do not encrypt
            for limit, other, allowed in AIMS:
                ratio = results.ratio(task, peer.key, other) if limit == bound else None
                if ratio is not None:
                    verdict = "met" if 1 / ratio <= allowed else "missed"
                    lines.append(f"| {task.title} | {peer.title} | {1 / ratio:.2f} x {other} | "
                                 f"{allowed:.2f} | {verdict} |")
    if not lines:
        return []
    return ["Aims (time per round relative to the peer's, and the most it should be):", "",
            "| configuration | row | measured | aim | |", "|---|---|---:|---:|---|", *lines, ""]


def _against_before(results):
    """Pass by pass, for both ran in the same minute: the median of the ratios, and all of them."""
    lines = []
    for task in results.tasks:
        mine, before = (results.passes.get((task.title, key), [])
                        for key in ("starling-tcp", "starling-tcp-before"))
        ratios = sorted(now.median / then.median for now, then in zip(mine, before))
        if ratios:
            spread = " ".join(f"{ratio:.2f}" for ratio in ratios)
            lines.append(f"| {task.title} | {statistics.median(ratios):.2f} | {spread} |")
    if not lines:
        return []
    return ["Time per round relative to the other build's, over tcp (below 1 is faster):", "",
            "| configuration | median | of each pass |", "|---|---:|---|", *lines, ""]


def markdown(results):
    lines = [f"    {results.command}", "",
             f"{results.date}; {machine()}; load average before {results.load}", "",
             "Milliseconds per gossip round (in brackets the speed relative to raw TCP; to OpenMPI "
             "over TCP: above 1 is faster). * failed in another pass, see below.",
             "Median over rounds, worst node, no barrier; the best pass of each. Every figure's "
             "averages were checked.", ""]
    for layout in dict.fromkeys(task.layout for task in results.tasks):
        lines += _table(results, layout)
    notes = [f"- {peer.title}: absent: {results.absent[peer.key]}" for peer in results.peers
             if results.absent[peer.key]]
    titles = {peer.key: peer.title for peer in results.peers}
    notes += [f"- {titles[key]}, {title}: failed: {reason}"
              for (title, key), reason in results.problems.items()]
    lines += _aims(results) + _against_before(results)
    return "\n".join(lines + (["Absent or failed:", *notes, ""] if notes else []))


def as_json(results):
    rows = []
    for task in results.tasks:
        for peer in results.peers:
            best = results.best(task, peer.key)
            rows.append({
                "layout": task.layout.name, "nodes": task.layout.nodes, "values": task.values,
                "rounds": task.rounds, "warm_up": task.warm_up, "pinned": task.pin,
                "peer": peer.key, "round_seconds": vars(best) if best else None,
                "against_raw_tcp": results.ratio(task, peer.key, "raw-tcp"),
                "against_openmpi_tcp": results.ratio(task, peer.key, "openmpi-tcp"),
                "passes": [vars(one) for one in results.passes[task.title, peer.key]],
                "absent": results.absent[peer.key],
                "failed": results.problems.get((task.title, peer.key))})
    return {"command": results.command, "date": results.date, "machine": machine(),
            "load_before": results.load, "rows": rows}
