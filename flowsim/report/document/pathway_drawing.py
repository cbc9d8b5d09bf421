"""The pathway drawn: the boxes and arrows of `flowsim.report.document.pathway` as one SVG picture.

Colours are those of the report's figures. What a colour says, words in the box or a line style say too.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from flowsim.config.city_schema import CityConfig
from flowsim.model.network import Network, Pool
from flowsim.report.document.graph_layout import Layout, layered
from flowsim.report.document.pathway import STREAM, Arrow, Box, boxes, entries
from flowsim.report.figures.drawing import BLUE, GREEN, GREY, INK, MUTED, ORANGE, VERMILION
from flowsim.report.labels import pool_labels

_WIDTH, _BETWEEN, _GAP, _MARGIN = 176.0, 58.0, 20.0, 16.0
_LINE, _PADDING, _LETTERS = 17.0, 9.0, 25
_HEADROOM, _FOOT = 26.0, 64.0
_COLOURS = {
    STREAM: GREY,
    "acute": BLUE,
    "intermediate_care": ORANGE,
    "home": GREEN,
    "care_home": VERMILION,
    "elsewhere": GREY,
    "dead": GREY,
}
_ACRONYMS = ("mau", "amu")
_NAME, _PLAIN, _POOL = "name", "plain", "pool"
_LEGEND = {
    STREAM: "source of demand",
    "acute": "acute hospital",
    "intermediate_care": "intermediate care",
    "home": "at home",
    "care_home": "care home",
    "elsewhere": "outside the model",
}


def pathway_svg(config: CityConfig, network: Network) -> str:
    """Return a picture of the pathway, as the text of an SVG file: the same for the same network, to the last byte."""
    found, arrows = boxes(config, network)
    joined = {key for arrow in arrows for key in (arrow.origin, arrow.target)}
    found = [box for box in found if box.key in joined]
    rates = {e.name: _rate(e.spells_per_day) for e in entries(config, network) if e.people is None}
    labels = pool_labels(config)
    lines = {"/".join(box.key): _lines(box, rates, labels) for box in found}
    ends = ["/".join(box.key) for box in found if box.kind != STREAM and all(a.next is None for a in box.activities)]
    layout = layered(
        {name: _PADDING * 2 + _LINE * len(text) for name, text in lines.items()},
        [("/".join(arrow.origin), "/".join(arrow.target)) for arrow in sorted(arrows, key=lambda a: a.of_impatience)],
        ends,
        _GAP,
    )
    width = (max(layout.columns.values()) + 1) * (_WIDTH + _BETWEEN) - _BETWEEN + 2 * _MARGIN
    height = layout.height + _HEADROOM + _FOOT + 2 * _MARGIN
    title = escape(f"The pathway of {config.name}, drawn from its network")
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
            f'aria-labelledby="title" font-family="Arial, Helvetica, sans-serif" font-size="13" fill="{INK}">',
            f'<title id="title">{title}</title>',
            f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
            _marker("onward", MUTED),
            _marker("impatient", VERMILION),
            f'<text x="{_MARGIN:.0f}" y="{_MARGIN + 8:.0f}" font-size="16" font-weight="bold">{title}</text>',
            *(_arrow(arrow, layout) for arrow in arrows),
            *(_box(box, lines["/".join(box.key)], layout) for box in found),
            *_legend(height, {box.kind for box in found}, network),
            "</svg>\n",
        ]
    )


def _lines(box: Box, rates: dict[str, str], labels: dict[str, str]) -> list[tuple[str, str]]:
    """Return the text of a box, each line with its style: what it is, where, and what is needed there."""
    if box.kind == STREAM:
        return [*((_NAME, line) for line in _wrapped(box.key[1].replace("_", " "))), (_PLAIN, rates[box.key[1]])]
    place, *part = box.key
    where = labels.get(place, _words(place))
    lines = [(_NAME, line) for line in _wrapped(_words(part[0]) if part else where)]
    if part and _words(part[0]) != where:
        lines.append((_PLAIN, f"in {where}"))
    pools = (_capacity(pool, labels) for pool in box.pools)
    return lines + [(_POOL, line) for text in pools for line in _wrapped(text)]


def _capacity(pool: Pool, labels: dict[str, str]) -> str:
    """Return a pool with its capacity when the run begins; vacancies have none."""
    name = labels.get(pool.name, _words(pool.name)).split(" (")[0]
    if pool.kind == "vacancies":
        return f"▪ {name}"
    units = pool.capacity[0][1]
    extra = f" + {sum(step.units for step in pool.surge)}" if pool.surge else ""
    return f"▪ {name}: {units}{extra}{' visits' if pool.kind == 'visits' else ''}"


def _rate(spells_per_day: float | None) -> str:
    return "daily rates from a file" if spells_per_day is None else f"{spells_per_day:g} a day"


def _words(name: str) -> str:
    if name in _ACRONYMS:
        return name.upper()
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]


def _wrapped(text: str) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > _LETTERS:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _x(column: int) -> float:
    return _MARGIN + column * (_WIDTH + _BETWEEN)


def _y(height: float) -> float:
    return _MARGIN + _HEADROOM + height


def _box(box: Box, lines: Sequence[tuple[str, str]], layout: Layout) -> str:
    name = "/".join(box.key)
    high = _PADDING * 2 + _LINE * len(lines)
    x, top = _x(layout.columns[name]), _y(layout.middles[name]) - high / 2
    colour = _COLOURS[box.kind]
    radius = high / 2 if box.kind == STREAM else 4
    texts = []
    for i, (style, line) in enumerate(lines):
        place = f'x="{x + 9:.1f}"' if style == _POOL else f'x="{x + _WIDTH / 2:.1f}" text-anchor="middle"'
        weight = ' font-weight="bold"' if style == _NAME else ""
        texts.append(f'<text {place} y="{top + _PADDING + _LINE * i + 13:.1f}"{weight}>{escape(line)}</text>')
    shape = (
        f'<rect x="{x:.1f}" y="{top:.1f}" width="{_WIDTH:.0f}" height="{high:.1f}" rx="{radius:.1f}" '
        f'fill="{colour}" fill-opacity="0.13" stroke="{colour}" stroke-width="1.6"/>'
    )
    return f'<g data-box="{escape(name)}">{shape}{"".join(texts)}</g>'


def _arrow(arrow: Arrow, layout: Layout) -> str:
    """Draw an arrow as a curve through its points; it leaves and enters boxes at their sides."""
    way = layout.ways["/".join(arrow.origin), "/".join(arrow.target)]
    onward = way[0][0] < way[-1][0]
    points = []
    for i, (column, height) in enumerate(way):
        left, right = _x(column), _x(column) + _WIDTH
        sides = (left, right) if onward else (right, left)
        # A box is left at its far side and entered at its near one; a point on the way crosses its whole column.
        points += [(x, _y(height)) for x in (sides[1:] if i == 0 else sides[:1] if i == len(way) - 1 else sides)]
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for i, ((x0, y0), (x1, y1)) in enumerate(pairwise(points)):
        # Between columns (every other piece) a curve; through a column a straight line.
        middle = f"C{(x0 + x1) / 2:.1f} {y0:.1f} {(x0 + x1) / 2:.1f} {y1:.1f}" if i % 2 == 0 else "L"
        path += f" {middle} {x1:.1f} {y1:.1f}"
    style = f'stroke="{VERMILION}" stroke-dasharray="6 4"' if arrow.of_impatience else f'stroke="{MUTED}"'
    marker = "impatient" if arrow.of_impatience else "onward"
    ends = f"{'/'.join(arrow.origin)} -> {'/'.join(arrow.target)}"
    return (
        f'<path data-arrow="{escape(ends)}" d="{path}" fill="none" {style} stroke-width="1.4" '
        f'marker-end="url(#{marker})"/>'
    )


def _marker(name: str, colour: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0 0 L10 5 L0 10 z" fill="{colour}"/></marker>'
    )


def _legend(height: float, kinds: set[str], network: Network) -> list[str]:
    """Return what colours and lines mean, and what has no arrow because it can happen anywhere."""
    x, y = _MARGIN, height - _MARGIN - 34
    parts = []
    for kind, words in _LEGEND.items():
        if kind in kinds:
            parts.append(
                f'<rect x="{x:.1f}" y="{y - 11:.1f}" width="14" height="14" fill="{_COLOURS[kind]}" '
                f'fill-opacity="0.13" stroke="{_COLOURS[kind]}" stroke-width="1.6"/>'
                f'<text x="{x + 20:.1f}" y="{y:.1f}">{words}</text>'
            )
            x += 40 + 7.2 * len(words)
    parts.append(
        f'<path d="M{x:.1f} {y - 4:.1f} h30" stroke="{VERMILION}" stroke-width="1.4" stroke-dasharray="6 4"/>'
        f'<text x="{x + 36:.1f}" y="{y:.1f}">waited too long</text>'
    )
    x += 150
    needed = "▪ what is needed: capacity + surge (without a number: vacancies that arrive)"
    parts.append(f'<text x="{x:.1f}" y="{y:.1f}">{needed}</text>')
    anywhere = [rule.exit for rule in (network.death, network.readmission) if rule is not None]
    if anywhere:
        names = " and ".join(anywhere)
        parts.append(
            f'<text x="{_MARGIN:.1f}" y="{y + 24:.1f}" fill="{MUTED}">Not drawn, because it can happen anywhere: '
            f"{escape(names)}.</text>"
        )
    return parts
