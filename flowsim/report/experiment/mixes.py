"""The points of a lattice in words: how much of each axis, and what is put in place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flowsim.experiment.axes import StepAxis
from flowsim.experiment.lattice import Lattice, Point
from flowsim.report import labels
from flowsim.report.experiment.results_view import View
from flowsim.report.labels import MINUS


def in_words(view: View, lattice: Lattice, point: Point) -> str:
    """Return a point in words, without what is as it is now: "homecare starts +20 and the eight changes"."""
    parts = [
        f"{labels.lower_first(name_of(view, lattice, i))} {_amount(axis, axis.values[place])}"
        for i, (axis, place) in enumerate(zip(lattice.axes, point, strict=False))
        if _differs(axis, axis.values[place])
    ]
    parts += [factor.title for factor, on in zip(lattice.factors, point[len(lattice.axes) :], strict=True) if on]
    return labels.listed(parts) if parts else "nothing more"


def name_of(view: View, lattice: Lattice, number: int) -> str:
    """Return what people call an axis or a factor of a lattice."""
    axes = len(lattice.axes)
    if number >= axes:
        return lattice.factors[number - axes].title
    return view.factor_title(lattice.axes[number].level).replace(": ", ", ")


def ranges(view: View, lattice: Lattice, points: Sequence[Point]) -> list[str]:
    """Return what some points have in common: the range of each axis, and the factors that all of them or none has."""
    found = []
    for i, axis in enumerate(lattice.axes):
        values = [axis.values[point[i]] for point in points]
        low, high = min(values), max(values)
        name = labels.lower_first(name_of(view, lattice, i))
        if low == high:
            found.append(f"{name} {_amount(axis, low) if _differs(axis, low) else 'as now'}")
        else:
            found.append(f"{name} {_amount(axis, low)} to {_amount(axis, high)}")
    for i, factor in enumerate(lattice.factors, len(lattice.axes)):
        on = [bool(point[i]) for point in points]
        if all(on):
            found.append(factor.title)
        elif not any(on):
            found.append(f"not {factor.title}")
    return found


def rows_of(table: Any, *verdicts: str) -> Iterable[Any]:
    """Return the rows of a table of points with these verdicts, in its order."""
    rows: Iterable[Any] = table[table["verdict"].isin(verdicts)].itertuples()
    return rows


def _differs(axis: StepAxis, value: Any) -> bool:
    """Return whether a value changes what there is, as far as that can be seen from it."""
    return bool(value != {"add": 0, "scale": 1}.get(axis.operation))


def _amount(axis: StepAxis, value: Any) -> str:
    if axis.operation == "add":
        return f"{value:+,g}".replace("-", MINUS) if value else "0"
    return f"× {value:g}" if axis.operation == "scale" else f"{value:,g}"
