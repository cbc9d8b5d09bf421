"""Layered layout of a graph, from left to right, after Sugiyama, Tagawa and Toda (1981).

It is written here because the same graph must give the same bytes on every machine and with every version of every
library, and because libraries for graph layout need a program other than Python. It has four steps. Arrows that close a
cycle are reversed. Each node goes into the last column from which all its arrows still lead right. Each column is
ordered by the mean position of the neighbours of its nodes, which leaves few crossings. The nodes of a column then come
as near to the height of their neighbours as the gaps allow. Arrows to the same node share their way through the columns
between, which halves the lines of a graph in which many paths end alike.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

SWEEPS = 24
_THIN = 6.0  # height of the point at which an arrow passes a column

Arrow = tuple[str, str]
Node = str | tuple[str, int]  # a point on the way to a node, in a column, is (node, column)


@dataclass(frozen=True)
class Layout:
    """Where nodes and arrows are.

    Attributes
    ----------
    columns : dict of str to int
        Column of each node, from the left.
    middles : dict of str to float
        Height of the middle of each node, from the top.
    ways : dict of (str, str) to list of (int, float)
        Column and height of each point of an arrow, its ends among them.
    height : float
        Of the whole.
    """

    columns: dict[str, int]
    middles: dict[str, float]
    ways: dict[Arrow, list[tuple[int, float]]]
    height: float


def layered(heights: Mapping[str, float], arrows: Sequence[Arrow], last: Collection[str], gap: float) -> Layout:
    """Lay a graph out.

    Parameters
    ----------
    heights : mapping of str to float
        Height of each node, in an order that decides ties.
    arrows : sequence of (str, str)
        From a node to another; none twice, and none from a node to itself. Of the arrows of a cycle the last is the one
        that leads left.
    last : collection of str
        Nodes that go into the last column.
    gap : float
        Least distance between two nodes of a column.
    """
    turned = _closing(arrows)
    right = list(dict.fromkeys((b, a) if (a, b) in turned else (a, b) for a, b in arrows))
    columns = _columns(list(heights), right, last)
    chains = {arrow: _chain(arrow, columns) for arrow in right}
    links = {link: None for chain in chains.values() for link in pairwise(chain)}
    order = _ordered(_filled(list(heights), chains, columns), list(links))
    size = {node: heights.get(node, _THIN) if isinstance(node, str) else _THIN for row in order for node in row}
    middles = _heights(order, list(links), size, gap)
    top = min(middles[node] - size[node] / 2 for node in middles)
    middles = {node: middle - top for node, middle in middles.items()}
    ways = {}
    for arrow in arrows:
        chain = chains[arrow[::-1]][::-1] if arrow in turned else chains[arrow]
        ways[arrow] = [(columns[n] if isinstance(n, str) else n[1], middles[n]) for n in chain]
    return Layout(
        columns,
        {node: middles[node] for node in heights},
        ways,
        max(middles[node] + size[node] / 2 for node in middles),
    )


def _closing(arrows: Sequence[Arrow]) -> set[Arrow]:
    """Return the arrows that would close a cycle with those before them."""
    after: dict[str, list[str]] = {}
    found: set[Arrow] = set()
    for start, end in arrows:
        reached, todo = {end}, [end]
        while todo:
            for node in after.get(todo.pop(), []):
                if node not in reached:
                    reached.add(node)
                    todo.append(node)
        if start in reached:
            found.add((start, end))
            after.setdefault(end, []).append(start)
        else:
            after.setdefault(start, []).append(end)
    return found


def _columns(nodes: Sequence[str], arrows: Sequence[Arrow], last: Collection[str]) -> dict[str, int]:
    """Return the last column of each node from which all its arrows lead right."""
    from_end: dict[str, int] = {}

    def longest(node: str) -> int:
        if node not in from_end:
            steps = [longest(b) + 1 for a, b in arrows if a == node]
            from_end[node] = max(steps, default=0 if node in last else 1)
        return from_end[node]

    most = max(longest(node) for node in nodes)
    return {node: most - from_end[node] for node in nodes}


def _chain(arrow: Arrow, columns: Mapping[str, int]) -> list[Node]:
    """Return an arrow as the nodes that it joins and the points between, one in each column that it passes."""
    start, end = arrow
    return [start, *((end, column) for column in range(columns[start] + 1, columns[end])), end]


def _filled(nodes: Sequence[str], chains: Mapping[Arrow, list[Node]], columns: Mapping[str, int]) -> list[list[Node]]:
    order: list[dict[Node, None]] = [{} for _ in range(max(columns.values()) + 1)]
    for name in nodes:
        order[columns[name]][name] = None
    for chain in chains.values():
        for node in chain:
            if not isinstance(node, str):
                order[node[1]][node] = None
    return [list(row) for row in order]


def _ordered(order: list[list[Node]], links: Sequence[tuple[Node, Node]]) -> list[list[Node]]:
    """Order each column by the mean position of its neighbours, to and fro, and keep the order that crosses least."""
    before, after = _neighbours(links)
    best, least = [list(row) for row in order], _crossings(order, links)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        sides = before if forward else after
        for index in range(len(order)) if forward else reversed(range(len(order))):
            position = {node: i / max(1, len(row) - 1) for row in order for i, node in enumerate(row)}
            keys = {node: _mean([position[n] for n in sides.get(node, [])], position[node]) for node in order[index]}
            order[index] = sorted(order[index], key=keys.__getitem__)
        crossings = _crossings(order, links)
        if crossings < least:
            best, least = [list(row) for row in order], crossings
    return best


def _crossings(order: Sequence[Sequence[Node]], links: Sequence[tuple[Node, Node]]) -> int:
    column = {node: c for c, row in enumerate(order) for node in row}
    position = {node: i for row in order for i, node in enumerate(row)}
    total = 0
    for c in range(len(order)):
        pairs = sorted((position[a], position[b]) for a, b in links if column[a] == c)
        total += sum(
            pairs[i][0] < pairs[j][0] and pairs[i][1] > pairs[j][1] for j in range(len(pairs)) for i in range(j)
        )
    return total


def _heights(
    order: Sequence[Sequence[Node]], links: Sequence[tuple[Node, Node]], size: Mapping[Node, float], gap: float
) -> dict[Node, float]:
    """Return the middle of each node: near the mean of its neighbours, in the order of its column, with gaps."""
    before, after = _neighbours(links)
    middles: dict[Node, float] = {}
    for row in order:
        middles |= zip(row, _apart([0.0] * len(row), [size[n] for n in row], gap), strict=True)
    for sweep in range(SWEEPS):
        rows = list(order) if sweep % 2 == 0 else list(reversed(order))
        for row in rows:
            wanted = [_mean([middles[n] for n in (*before.get(m, []), *after.get(m, []))], middles[m]) for m in row]
            middles |= zip(row, _apart(wanted, [size[n] for n in row], gap), strict=True)
    return middles


def _apart(wanted: Sequence[float], sizes: Sequence[float], gap: float) -> list[float]:
    """Return the heights nearest to those wanted (in least squares) that keep order and gaps: isotonic regression."""
    offsets = [0.0]
    for above, below in pairwise(sizes):
        offsets.append(offsets[-1] + (above + below) / 2 + gap)
    blocks: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=True):
        value, count = want - offset, 1
        while blocks and blocks[-1][0] > value:
            other, n = blocks.pop()
            value, count = (value * count + other * n) / (count + n), count + n
        blocks.append((value, count))
    flat = [value for value, count in blocks for _ in range(count)]
    return [value + offset for value, offset in zip(flat, offsets, strict=True)]


def _neighbours(links: Sequence[tuple[Node, Node]]) -> tuple[dict[Node, list[Node]], dict[Node, list[Node]]]:
    before: dict[Node, list[Node]] = {}
    after: dict[Node, list[Node]] = {}
    for a, b in links:
        after.setdefault(a, []).append(b)
        before.setdefault(b, []).append(a)
    return before, after


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
