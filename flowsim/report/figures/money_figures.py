"""The figure of where money goes: a bar for each way to spend it, in its parts, with what it brings next to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from flowsim.report.figures.drawing import (
    ALONG_Y,
    BLUE,
    GREEN,
    GREY,
    INK,
    MUTED,
    ORANGE,
    PALE,
    VERMILION,
    beside,
    lines_of,
    twins,
)
from flowsim.report.figures.findings import NOTHING, finding
from flowsim.report.labels import listed, number

_PARTS = twins(
    {"left": 0.03, "right": 0.84, "top": 0.2, "bottom": 0.5, "row": 0.72, "letters": 46},
    left=0.3, right=0.86, top=0.2, bottom=0.5, row=0.42, letters=38,
)  # fmt: skip
_LOOKS: tuple[tuple[str, str], ...] = (
    (BLUE, ""), (ORANGE, "//"), (GREEN, ".."), (VERMILION, "xx"), (GREY, "\\\\"), (PALE, "--"), (MUTED, "++"),
)  # fmt: skip
_LEGEND_LINE = 0.22  # inches
_MILLION = 1e6


@dataclass(frozen=True)
class MoneyInParts:
    """Ways to spend money, from the top.

    Attributes
    ----------
    rows : mapping of str to (sequence of float, str)
        By what each is called: the money in each part (GBP a year), and what it brings, in print.
    parts : sequence of str
        What the money is for.
    brings : str
        What the texts on the right are.
    line : (float, str) or None
        A sum to mark, and what it is called.
    """

    rows: Mapping[str, tuple[Sequence[float], str]]
    parts: Sequence[str]
    brings: str
    line: tuple[float, str] | None = None


def draw_money(data: MoneyInParts, narrow: bool) -> Figure:
    """Draw a bar for each row, in its parts; a hatch tells them apart as well as a colour does."""
    layout = _PARTS[narrow]
    across = 2 if narrow else 3
    legend = _LEGEND_LINE * -(-len(data.parts) // across)
    with layout.canvas(len(data.rows), top=legend) as (fig, ax):
        for i, part in enumerate(data.parts):
            colour, hatch = _LOOKS[i % len(_LOOKS)]
            lefts = [sum(max(v, 0.0) for v in money[:i]) / _MILLION for money, _ in data.rows.values()]
            widths = [max(money[i], 0.0) / _MILLION for money, _ in data.rows.values()]
            ax.barh(
                range(len(data.rows)), widths, left=lefts, color=colour, hatch=hatch, edgecolor="white", lw=0.6,
                height=0.4 if narrow else 0.62, label=part,
            )  # fmt: skip
        for y, (name, (_, brings)) in enumerate(data.rows.items()):
            if narrow:
                beside(ax, lines_of(name, layout.letters, 1), (0, y), (0, 20), ALONG_Y, ha="left", va="center")
            else:
                beside(ax, lines_of(name, layout.letters, 2), (0, y), (-10, 0), ALONG_Y, ha="right", va="center")
            beside(ax, brings, (1, y), (8, 0), ALONG_Y, ha="left", va="center")
        side = "center" if narrow else "left"
        beside(ax, data.brings, (1, 1), (8, 6), "axes fraction", va="bottom", ha=side, color=MUTED)
        if data.line:
            ax.axvline(data.line[0] / _MILLION, color=INK, lw=1.1, ls="--")
        top = -0.75 if narrow else -0.5
        ax.set(ylim=(max(len(data.rows), 1) - 0.5, top), yticks=[], xlabel="£ million in the year")
        ax.set_xlim(left=0)
        ax.spines["left"].set_visible(False)
        names = [lines_of(part, 30, 1) for part in data.parts]
        fig.legend(
            ax.get_legend_handles_labels()[0],
            names,
            loc="upper left",
            bbox_to_anchor=(0.0, 1.0),
            ncols=across,
            handlelength=1.6,
        )
        return fig


@finding.register
def _(data: MoneyInParts) -> str:
    texts = []
    for name, (money, brings) in data.rows.items():
        parts = [f"{part} {number(v, 'gbp')}" for part, v in zip(data.parts, money, strict=True) if v > 0]
        texts.append(f"{name}: {listed(parts) if parts else 'nothing'}; {data.brings.lower()} {brings}.")
    return " ".join(texts) or NOTHING
