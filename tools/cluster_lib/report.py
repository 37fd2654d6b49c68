"""report.html: the run on one page that needs no network, no script and no second file."""

import html
import json
import math
import pathlib

from cluster_lib.charts import Series, line_chart
from cluster_lib.display import number
from cluster_lib.summary import amount, count

STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 700px; margin: 2em auto; padding: 0 1em; }
table { border-collapse: collapse; margin: 1em 0; }
td, th { padding: .15em 1em .15em 0; text-align: left; vertical-align: top; font-weight: normal; }
th { opacity: .7; }
svg { width: 100%; margin: .5em 0; }
svg .title { font-size: 14px; font-weight: 600; fill: currentColor; }
svg .tick { font-size: 11px; fill: currentColor; opacity: .7; }
svg .grid { stroke: currentColor; opacity: .15; }
svg polyline { stroke-width: 1.4; }
pre { overflow: auto; padding: 1em; border: 1px solid #8884; }
.failed { color: #d33; }
"""
CHARTS = (
    ("objective", "Global objective"),
    ("consensus_error", "Consensus error"),
    ("gradient_bound", "Bound on the global gradient"),
)
DRAWN_NODES = 16  # lines beyond that hide each other


def read_metrics(path: pathlib.Path) -> list[dict]:
    """The lines of a node's metrics.jsonl; a torn last line (the node was killed) is left out."""
    records = []
    try:
        with open(path, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                try:
                    record = json.loads(line)
                except ValueError:
                    continue
                if isinstance(record, dict):
                    records.append(record)
    except OSError:
        pass
    return records


def series_of(records: list[dict], key: str) -> list[tuple[float, float]]:
    """(step, value) wherever both are finite numbers."""

    def usable(value) -> bool:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return is_number and math.isfinite(value)

    return [
        (float(record["step"]), float(record[key]))
        for record in records
        if usable(record.get("step")) and usable(record.get(key))
    ]


def _charts(out: pathlib.Path, nodes: int) -> str:
    drawn_nodes = range(min(nodes, DRAWN_NODES))
    metrics = [read_metrics(out / f"node-{i}" / "metrics.jsonl") for i in drawn_nodes]
    drawn = []
    for key, title in CHARTS:
        series: list[Series] = [(f"node {i}", series_of(metrics[i], key)) for i in drawn_nodes]
        drawn.append(line_chart(title, series))
    if nodes > DRAWN_NODES and any(drawn):
        drawn.append(f"<p>The first {DRAWN_NODES} of {nodes} nodes are drawn.</p>")
    return "\n".join(chart for chart in drawn if chart)


def _details(summary: dict) -> str:
    details = [entry for entry in summary.get("nodes_detail") or [] if isinstance(entry, dict)]
    if not details:
        return ""
    head = "".join(
        f"<th>{name}" for name in ("node", "status", "steps", "samples", "objective", "bytes sent")
    )
    lines = [f"<h2>Nodes</h2><table><tr>{head}</tr>"]
    for entry in details:
        cells = (
            count(entry.get("id")),
            str(entry.get("status", "-")),
            count(entry.get("steps")),
            count(entry.get("samples")),
            number(entry.get("objective"), 10),
            amount(entry.get("bytes_sent")),
        )
        lines.append("<tr>" + "".join(f"<td>{html.escape(cell)}" for cell in cells) + "</tr>")
    return "\n".join([*lines, "</table>"])


def write_report(
    out: pathlib.Path,
    title: str,
    table: list[tuple[str, str]],
    summary: dict,
    failures: list[str],
    nodes: int,
) -> pathlib.Path:
    """Writes OUT/report.html from the summary and the nodes' metrics."""
    figures = "".join(
        f"<tr><th>{html.escape(name)}<td>{html.escape(value)}</tr>\n" for name, value in table
    )
    failed = "".join(f'<p class="failed">{html.escape(line)}</p>\n' for line in failures)
    try:
        config = (out / "config.toml").read_text(encoding="utf-8")
    except OSError:
        config = ""
    page = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{html.escape(title)} · Starling</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{html.escape(title)}</h1>
{failed}<table>
{figures}</table>
{_charts(out, nodes)}
{_details(summary)}
<h2>Configuration</h2>
<pre>{html.escape(config)}</pre>
</body>
</html>
"""
    path = out / "report.html"
    path.write_text(page, encoding="utf-8")
    return path
