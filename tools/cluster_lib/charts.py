"""Line charts as static SVG, so that a report needs nothing from anywhere."""

import html
import math

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 260, 84, 14, 34, 40
COLOURS = (
    "#4269d0",
    "#efb118",
    "#ff725c",
    "#6cc5b0",
    "#3ca951",
    "#ff8ab7",
    "#a463f2",
    "#97bbf5",
    "#9c6b4e",
    "#9498a0",
)
Series = tuple[str, list[tuple[float, float]]]


def _thin(points: list[tuple[float, float]], most: int = 600) -> list[tuple[float, float]]:
    """At most about `most` points, the first and the last among them."""
    stride = max(1, math.ceil(len(points) / most))
    kept = points[::stride]
    return kept if not points or kept[-1] == points[-1] else [*kept, points[-1]]


def _linear_ticks(low: float, high: float) -> list[float]:
    span = high - low
    step = 10.0 ** math.floor(math.log10(span / 4))
    step *= next(factor for factor in (1, 2, 5, 10) if span / (factor * step) <= 5)
    first = math.ceil(low / step - 1e-9)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


def _log_ticks(low: float, high: float) -> list[float]:
    """`low`, `high` are exponents of ten."""
    stride = max(1, math.ceil((high - low) / 6))
    return [float(k) for k in range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1, stride)]


def _padded(low: float, high: float) -> tuple[float, float]:
    if high - low > 1e-12 * max(abs(low), abs(high), 1e-300):
        return low, high
    pad = abs(low) * 0.1 or 1.0
    return low - pad, high + pad


def _text(x: float, y: float, anchor: str, label: str) -> str:
    return f'<text class="tick" text-anchor="{anchor}" x="{x:.1f}" y="{y:.1f}">{label}</text>'


def line_chart(title: str, series: list[Series]) -> str:
    """One chart against the step; logarithmic where all values are positive and span a decade."""
    series = [(name, _thin(points)) for name, points in series if points]
    if not series:
        return ""
    xs = [x for _, points in series for x, _ in points]
    ys = [y for _, points in series for _, y in points]
    logarithmic = min(ys) > 0 and max(ys) > 10 * min(ys)
    scaled = (lambda y: math.log10(y)) if logarithmic else (lambda y: y)
    x_low, x_high = _padded(min(xs), max(xs))
    y_low, y_high = _padded(scaled(min(ys)), scaled(max(ys)))

    def at(x: float, y: float) -> tuple[float, float]:
        return (
            LEFT + (x - x_low) / (x_high - x_low) * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - (y - y_low) / (y_high - y_low) * (HEIGHT - TOP - BOTTOM),
        )

    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(title)}">',
        f'<text class="title" x="{LEFT}" y="18">{html.escape(title)}</text>',
    ]
    for tick in _log_ticks(y_low, y_high) if logarithmic else _linear_ticks(y_low, y_high):
        _, y = at(x_low, tick)
        parts.append(
            f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>'
        )
        label = f"1e{tick:.0f}" if logarithmic else f"{tick:.6g}"
        parts.append(_text(LEFT - 6, y + 4, "end", label))
    for tick in _linear_ticks(x_low, x_high):
        parts.append(_text(at(tick, y_low)[0], HEIGHT - BOTTOM + 18, "middle", f"{tick:.6g}"))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 4, "middle", "step"))
    for index, (name, points) in enumerate(series):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(x, scaled(y)) for x, y in points))
        colour = COLOURS[index % len(COLOURS)]
        parts.append(
            f'<polyline fill="none" stroke="{colour}" points="{path}">'
            f"<title>{html.escape(name)}</title></polyline>"
        )
    return "\n".join([*parts, "</svg>"])
