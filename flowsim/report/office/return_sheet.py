"""The sheet of the monthly return of delayed transfers: bed types and reasons by organisation, by month."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from flowsim.config.city_schema import CityConfig
from flowsim.measures.dtoc import ORGANISATIONS
from flowsim.report import labels
from flowsim.report.office.sheets import MONTH, PLAIN, TENTHS, Date, Number, Sheet, Value
from flowsim.report.part_months import days_that_count, first_of_month

TITLE = "Monthly DTOC return"
_COUNTS = {"delayed_days": "Delayed days", "snapshot_patients": "Patients on the last Thursday"}


def return_sheet(config: CityConfig, sitrep: pd.DataFrame, title: Callable[[str], str] | None = None) -> Sheet:
    """Return a row a month, bed type and reason, with delayed days and snapshot by organisation.

    Parameters
    ----------
    config : CityConfig
        The city; its run decides which months are whole.
    sitrep : pandas.DataFrame
        ``month``, ``bed_type``, ``reason``, ``organisation``, ``delayed_days``, ``snapshot_patients``, and perhaps
        ``scenario``.
    title : callable, optional
        What people call a scenario, by its name; without it there is but one.
    """
    keys = [*(["scenario"] if title else []), "month", "bed_type", "reason"]
    table = sitrep.groupby([*keys, "organisation"], sort=False, observed=True)[list(_COUNTS)].sum(min_count=1)
    table = table.unstack("organisation", sort=False).reindex(
        columns=pd.MultiIndex.from_product([list(_COUNTS), ORGANISATIONS])
    )
    for count in _COUNTS:
        table[(count, "all")] = table[count].sum(axis=1, min_count=1)
    counted = [(count, name) for count in _COUNTS for name in (*ORGANISATIONS, "all")]
    columns = [f"n{i}" for i in range(len(counted))]
    flat = table[counted].set_axis(columns, axis=1).reset_index()
    names = [*(labels.ORGANISATIONS[organisation] for organisation in ORGANISATIONS), "all"]
    header = ["Month", "Bed", "Reason", "Code", *(f"{c}: {name}" for c in _COUNTS.values() for name in names)]
    header += ["Days simulated", "Whole month"]

    def cells(row: Any) -> list[Value]:
        month = first_of_month(row.month)
        count, there = days_that_count(config, month)
        found = [
            *(Date(month, MONTH), labels.BED_TYPES[row.bed_type], labels.REASONS.get(row.reason, ""), row.reason),
            *(Number(getattr(row, column), TENTHS) for column in columns),
            *(Number(count, PLAIN), "yes" if count == there else f"no: {count} of {there} days"),
        ]
        return [title(row.scenario), *found, row.scenario] if title else found

    about = "The monthly return of delayed transfers: beds and reasons by organisation, means over the replications."
    header = ["Scenario", *header, "Name"] if title else header
    return Sheet.of(TITLE, about, header, flat, cells, names=2 if title else 1)
