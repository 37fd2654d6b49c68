"""What a person sees while the run goes on: one live line per node, and a bar."""

import os
import shutil
import sys
import time

from cluster_lib.children import Child


def number(value, digits: int = 3) -> str:
    """A figure of a report, or a dash: before the first lap there is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "-"
    return f"{value:.{digits}g}"


class _Rate:
    """Bytes a second of one node, from two reports at least half a second apart."""

    def __init__(self):
        self._last = None
        self.value = None

    def take(self, report: dict) -> None:
        now, sent = report.get("elapsed"), report.get("bytes_sent")
        if not isinstance(now, (int, float)) or not isinstance(sent, (int, float)):
            return
        if self._last is None:
            self._last = (now, sent)
        elif now - self._last[0] >= 0.5:
            self.value = (sent - self._last[1]) / (now - self._last[0])
            self._last = (now, sent)


class Display:
    """Live on a terminal. Elsewhere one line every ten seconds; with `quiet`, none.

    Everything goes to stderr: stdout belongs to the result.
    """

    def __init__(self, steps: int | None, stream=None, quiet: bool = False):
        self._stream = stream or sys.stderr
        self._steps = steps
        self._live = self._stream.isatty() and os.environ.get("TERM", "") != "dumb"
        self._quiet = quiet
        self._rates: dict[int, _Rate] = {}
        self._lines_up = 0
        self._begin = time.monotonic()
        self._shown_at = self._begin
        self._heard: set[str] = set()
        self._pending: list[str] = []

    def say(self, node: int, line: str) -> None:
        """A line of a node's stderr. What several nodes say alike is shown once."""
        if line in self._heard:
            return
        self._heard.add(line)
        self.note(f"[{node}] {line}")

    def note(self, line: str) -> None:
        """Also called from a signal handler, so only kept here; `show` writes it."""
        self._pending.append(line)

    def show(self, children: list[Child]) -> None:
        now = time.monotonic()
        if not self._pending and now < self._shown_at + (0.2 if self._live else 10.0):
            return
        self._erase()
        pending, self._pending = self._pending, []
        for line in pending:
            print(line, file=self._stream)
        if self._live:
            self._draw(children)
        elif not self._quiet and now >= self._shown_at + 10.0:
            print(f"{now - self._begin:.0f} s: {self._overview(children)}", file=self._stream)
        if self._live or now >= self._shown_at + 10.0:
            self._shown_at = now
        self._stream.flush()

    def finish(self) -> None:
        self._erase()
        pending, self._pending = self._pending, []
        for line in pending:
            print(line, file=self._stream)
        self._stream.flush()

    def _erase(self) -> None:
        if self._lines_up:
            self._stream.write(f"\x1b[{self._lines_up}F\x1b[J")
            self._lines_up = 0

    def _draw(self, children: list[Child]) -> None:
        columns, rows = shutil.get_terminal_size()
        room = max(1, rows - 4)
        shown = children if len(children) <= room else children[:room]
        lines = [self._node_line(child) for child in shown]
        if len(shown) < len(children):
            lines.append(f"... and {len(children) - len(shown)} more nodes")
        lines.append(self._bar(children, columns))
        for line in lines:
            print(line[: columns - 1], file=self._stream)
        self._lines_up = len(lines)

    def _node_line(self, child: Child) -> str:
        report = child.progress
        rate = self._rates.setdefault(child.id, _Rate())
        rate.take(report)
        megabytes = None if rate.value is None else rate.value / 1e6
        objective, error = number(report.get("objective"), 10), number(
            report.get("consensus_error")
        )
        line = (
            f"node {child.id:>3}  step {report.get('step', 0):>8}  objective {objective:>13}"
            f"  consensus error {error:>9}  {number(megabytes):>6} MB/s"
        )
        if child.code is not None:
            return line + ("  done" if child.code == 0 else f"  ended with {child.code}")
        waiting = report.get("waiting_for")
        return line + (f"  waiting for node {waiting}" if waiting is not None else "")

    def _step(self, children: list[Child]) -> int:
        steps = [c.progress.get("step", 0) for c in children if c.code is None or c.code == 0]
        return min(steps, default=0)

    def _overview(self, children: list[Child]) -> str:
        reports = [child.progress for child in children]
        newest = max(reports, key=lambda report: report.get("step", 0), default={})
        return (
            f"step {self._step(children)}, objective {number(newest.get('objective'), 10)},"
            f" gradient bound {number(newest.get('gradient_bound'))},"
            f" consensus error {number(newest.get('consensus_error'))}"
        )

    def _bar(self, children: list[Child], columns: int) -> str:
        step, elapsed = self._step(children), time.monotonic() - self._begin
        if not self._steps:
            return f"step {step}, {elapsed:.0f} s"
        width = max(10, min(40, columns - 50))
        full = min(width, width * step // self._steps)
        bar = "#" * full + "." * (width - full)
        return f"[{bar}] step {step} of at most {self._steps}, {elapsed:.0f} s"
