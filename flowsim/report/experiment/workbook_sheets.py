"""What the sheets of the workbook of an experiment have in common: measures in order, and with their units."""

from __future__ import annotations

import pandas as pd

from flowsim.report.experiment.results_view import View

_PAID = ("cost_paid", "cost_total")  # what must be paid; in results that do not have it, what is used


def cost_of(view: View) -> str:
    """Return the measure of cost with which the workbook compares scenarios."""
    there = set(view.results.summary["measure"])
    return next((measure for measure in _PAID if measure in there), _PAID[-1])


def by_measure(view: View, table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the headline measures, one after the other."""
    place = {measure: i for i, measure in enumerate(view.measures)}
    rows = table[table["measure"].isin(place)]
    return rows.sort_values("measure", key=lambda names: names.map(place), kind="stable")


def with_unit(view: View, measure: str) -> str:
    """Return a measure in words, with its unit."""
    unit = {"gbp": "£", "days": "days", "hours": "hours"}.get(view.unit_of(measure), "")
    label = view.label(measure)
    return label if not unit or unit in label.lower() else f"{label} ({unit})"
