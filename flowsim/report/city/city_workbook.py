"""The results of a run as an Excel workbook."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from flowsim.measures.catalogue import CAPACITY, OCCUPANCY, UTILISATION, WAIT
from flowsim.measures.verdict import off_target
from flowsim.model.effective_city import effective_city
from flowsim.report.city.city_brief import city_brief
from flowsim.report.city.city_points import row_of
from flowsim.report.city.observed_months import observed_sheet
from flowsim.report.city.published_figures import comparisons
from flowsim.report.city.why_sheets import why_sheets
from flowsim.report.labels import measure_label, pool_labels
from flowsim.report.office.charts import BARS, LINES, Chart, Series
from flowsim.report.office.daily_sheet import DATE, daily_sheet, series_label
from flowsim.report.office.daily_sheet import TITLE as DAILY
from flowsim.report.office.return_sheet import return_sheet
from flowsim.report.office.settings_sheet import assumptions_sheet
from flowsim.report.office.sheets import HIGH, LOW, PLAIN, SHARE, TENTHS, Number, Sheet, Value, numbers, unit_in_words
from flowsim.report.office.write_workbook import workbook_bytes
from flowsim.report.shared_tables import how_it_was_run
from flowsim.run.city_results import CityResults

PUBLISHED, POOLS = "Published figures", "Services"
_OFF, _IN_USE = "Difference from the published figure", "Share of capacity in use"
_RUN = ("command", "started", "engine", "seed", "replications", "versions", "configuration_hash")
_HOW_TO_READ = (
    "An interval (low, high) contains the true mean 19 times in 20, if the model is right. It does not cover what the "
    "model leaves out or assumes.",
    "An empty cell is undefined, or without enough replications for an interval.",
)


def city_workbook(results: CityResults, manifest: Mapping[str, Any]) -> bytes:
    """Return the results of a run as an Excel workbook (``.xlsx``).

    Its sheets are Answer, Charts, Published figures, All measures, Services, Daily series, Monthly DTOC return,
    Published months (if there are any), Why delayed, What holds people back, Who blocks what, Assumptions and Notes.
    What is undefined is an empty cell.
    """
    observed = [] if results.observed is None else [observed_sheet(results.observed)]
    why = [] if results.why is None else list(why_sheets(results.config, results.why))
    sheets = [
        *(_published(results), _all_measures(results), _services(results), _daily(results)),
        *(return_sheet(results.config, results.sitrep), *observed, *why, assumptions_sheet(results.config)),
        Sheet("Notes", "How it was run.", ["What", "Text"], _run_rows(manifest), wraps=True),
    ]
    brief = city_brief(results, manifest)
    return workbook_bytes(brief, sheets, list(_charts(sheets, brief.headline)), _HOW_TO_READ)


def _run_rows(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    return how_it_was_run({key: manifest[key] for key in _RUN if key in manifest})


def _published(results: CityResults) -> Sheet:
    """A row for each published figure: what was simulated, and how far apart they are."""
    pools = pool_labels(results.config)
    header = ["Figure", "Unit", "Simulated", LOW, HIGH, "Published from", "Published to", _OFF, "In words", "Source"]
    rows: list[list[Value]] = [
        [
            *(measure_label(row.measure, pools), unit_in_words(row.unit)),
            *numbers(row.unit, row.mean, row.ci_low, row.ci_high, row.low, row.high),
            *(Number(off_target(row.mean, row.low, row.high), SHARE), row.verdict, row.source),
        ]
        for row in comparisons(results.summary)
    ]
    return Sheet(PUBLISHED, "What was simulated, next to what was published or is aimed at.", header, rows)


def _all_measures(results: CityResults) -> Sheet:
    pools = pool_labels(results.config)
    header = ["Measure", "Unit", "Mean", LOW, HIGH, "Standard deviation", "Replications", "Measure's name"]

    def cells(row: Any) -> list[Value]:
        return [
            *(measure_label(row.measure, pools), unit_in_words(row.unit)),
            *numbers(row.unit, row.mean, row.ci_low, row.ci_high, row.sd),
            *(Number(row.replications, PLAIN), row.measure),
        ]

    return Sheet.of("All measures", "Every measure, with its 95% interval.", header, results.summary, cells, pages=2)


def _services(results: CityResults) -> Sheet:
    """A row for each pool: what there is, what is in use, and how long people wait."""
    pools, summary = pool_labels(results.config), results.summary
    header = ["Service", "Capacity", "More in a surge", "In use", _IN_USE, "Wait (days)", "Name"]

    def mean(measure: str) -> float:
        return float(row_of(summary, measure)["mean"])

    rows: list[list[Value]] = [
        [
            *(pools[pool.name], Number(mean(CAPACITY.of(pool.name)), TENTHS), Number(pool.surge_size, TENTHS)),
            *(Number(mean(OCCUPANCY.of(pool.name)), TENTHS), Number(mean(UTILISATION.of(pool.name)), SHARE)),
            *(Number(mean(WAIT.of(pool.name)), "0.00"), pool.name),
        ]
        for pool in effective_city(results.config).pools
    ]
    about = (
        "Beds, teams and services: capacity (units, visits a day, or starts a week), use and wait, means of the run."
    )
    return Sheet(POOLS, about, header, rows)


def _daily(results: CityResults) -> Sheet:
    """A row a day: people delayed, with the lowest and the highest replication, then every other daily series."""
    pools, daily = pool_labels(results.config), results.daily
    days = daily.groupby(["measure", "date"], sort=False, observed=True)["value"]
    means, total = days.mean(), series_label("delayed", pools)
    columns: dict[str, pd.Series] = {}
    if "delayed" in set(daily["measure"]):
        columns[total] = means["delayed"]
        columns[f"{total}: lowest replication"] = days.min()["delayed"]
        columns[f"{total}: highest replication"] = days.max()["delayed"]
    for measure in means.index.unique("measure"):
        if measure != "delayed":
            columns[series_label(measure, pools)] = means[measure]
    return daily_sheet("Means of each day over the replications, at midnight.", columns)


def _charts(sheets: Sequence[Sheet], answer: str) -> Iterator[Chart]:
    published, _, services, daily, *_ = sheets
    far = [row for row in published.rows if isinstance(row[7], Number) and math.isfinite(row[7].value)]
    if len(far) == len(published.rows):
        most = max(far, key=lambda row: abs(row[7].value) if isinstance(row[7], Number) else 0.0, default=None)
        furthest = f"Furthest from its published figure: {most[0]}." if most else ""
        yield Chart(
            BARS, "How far the simulation is from the published figures", furthest, PUBLISHED, "Figure",
            [Series(_OFF)], len(far), "Above or below the published figure", style="0%",
        )  # fmt: skip
    drawn = [Series(name) for name in daily.header[1:4] if name.startswith("People delayed")]
    if drawn:
        yield Chart(
            LINES, "People delayed each day", answer, DAILY, DATE, drawn, len(daily.rows),
            up_title="People delayed at midnight",
        )  # fmt: skip
    full = {row[0]: row[4].value for row in services.rows if isinstance(row[4], Number) and math.isfinite(row[4].value)}
    if full:
        fullest = max(full, key=lambda name: full[name])
        finding = f"The fullest service: {fullest}, {full[fullest]:.0%} of its capacity in use."
        yield Chart(
            BARS, "How full the services are", finding,
            POOLS, "Service", [Series(_IN_USE)], len(services.rows), "Share of capacity in use", style="0%",
        )  # fmt: skip
