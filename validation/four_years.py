"""The four years by month and by reason, in detail: docs/four_years.md, which `validate.py` writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from published import YEARS, Floats, Published, Runs, Series, table

import flowsim
from flowsim.config.changes import value_at
from flowsim.config.city_schema import CityConfig
from flowsim.config.community_schema import SERVICE_KINDS
from flowsim.measures.observed import GROUPS, TOTAL

KIND_LABELS = {
    "active_recovery": "Active Recovery",
    "intermediate_care": "intermediate care beds",
    "homecare": "homecare",
    "residential": "residential homes",
    "nursing": "nursing homes",
}
ADMISSIONS = "care_home_admissions_65plus"
OTHER_MEASURES = {
    "non_elective_admissions": ("Non-elective spells", (58665, 55075, 53631, None)),
    ADMISSIONS: ("Care-home admissions 65+", (748, 909, 756, None)),
    "at_home_91_days_share": ("Home on day 91", (0.77, 0.77, 0.75, None)),
    "excess_days": ("Excess days", (None, None, 72000, None)),
    "mau_same_day_discharge_share": ("Same day, MAU", (None, None, "0.35 to 0.40", None)),
    "amu_same_day_discharge_share": ("Same day, AMU", (None, None, "0.25 to 0.30", None)),
    "readmissions_30_days_75plus_share": ("Readmitted in 30 days, 75+", (None, None, 0.185, None)),
    "readmissions_30_days_under_75_share": ("Readmitted in 30 days, under 75", (None, None, "0.11 to 0.13", None)),
    "stranded_share": ("Occupied beds, stay over 7 days", (None, None, "0.45 to 0.60", None)),
    "super_stranded_share": ("Occupied beds, stay over 21 days", (None, None, "0.17 to 0.25", None)),
    "ward_discharges_saturday": ("Ward discharges, Saturday", (None, None, "0.70 to 1.00", None)),
    "ward_discharges_sunday": ("Ward discharges, Sunday", (None, None, "0.50 to 0.75", None)),
    "ward_discharges_bank_holiday_monday": ("Ward discharges, bank-holiday Monday", (None, None, "as Sunday", None)),
    "left_behind_flatness_share": ("Stock left behind, lowest day / highest", (None, None, 0.98, None)),
}


def in_years(city: CityConfig, replication: int) -> tuple[pd.DataFrame, dict[str, dict[str, float]]]:
    """Simulate a city once; return its monthly return, and other measures by year."""
    run = flowsim.simulate(city, replication=replication)
    return run.sitrep, run.by_period(YEARS, list(OTHER_MEASURES))


def by_year_and_reason(published: Published, runs: Mapping[str, Floats]) -> str:
    """People delayed a day by year and reason, simulated and (published)."""
    rows = []
    for year in YEARS:
        rows_of_year = (published.year == year) & published.usable
        days = (runs[TOTAL][:, rows_of_year] * published.days[rows_of_year]).sum(axis=1)
        real = float((published.series[TOTAL] * published.days)[rows_of_year].sum())
        cells = [
            f"{published.of_year(runs[name].mean(axis=0), year):.1f} ({published.of_year(series, year):.1f})"
            for name, series in published.series.items()
            if name != TOTAL
        ]
        size = f"{days.mean():,.0f} ({real:,.0f})"
        rows.append([year, size, f"{days.mean() / real - 1:+.1%}", f"{days.std(ddof=1) / days.mean():.1%}", *cells])
    head = ["year", "delayed days", "difference", "sd of a year", *(n for n in published.series if n != TOTAL)]
    return table(head, rows)


def by_month(published: Published, runs: Mapping[str, Floats]) -> str:
    """How well the months agree: correlation, root mean square error, and how often one run's range covers."""
    rows = []
    for name in (TOTAL, *GROUPS):
        mean, real = runs[name].mean(axis=0)[published.usable], published.series[name][published.usable]
        low, high = np.quantile(runs[name][:, published.usable], [0.025, 0.975], axis=0)
        rows.append([
            name,
            f"{np.corrcoef(mean, real)[0, 1]:.2f}",
            f"{np.sqrt(((mean - real) ** 2).mean()):.1f}",
            f"{(mean - real).mean():+.1f}",
            f"{((low <= real) & (real <= high)).sum()} of {real.size}",
        ])  # fmt: skip
    return table(["series", "correlation", "rmse, people a day", "bias", "months inside the 95% of runs"], rows)


def every_month(published: Published, runs: Mapping[str, Floats]) -> str:
    """Every month, simulated and (published)."""
    rows = []
    for i, month in enumerate(published.months):
        cells = [f"{runs[name][:, i].mean():.0f} ({published.series[name][i]:.0f})" for name in (TOTAL, *GROUPS)]
        rows.append([f"{month}{'' if published.usable[i] else ' *'}", *cells])
    return table(["month", TOTAL, *GROUPS], rows)


def _scaled(value: object, factor: float) -> object:
    """Return a surge with its numbers of people waiting multiplied, or a distribution with its mean (and sd)."""
    if isinstance(value, list):
        return [_scaled(step, factor) for step in value]
    assert isinstance(value, dict)
    whole = "opens_above" in value
    names = ("opens_above", "closes_at") if whole else ("mean", "sd")
    return {k: (round(v * factor) if whole else v * factor) if k in names else v for k, v in value.items()}


def _sizes(value: object, factor: float) -> object:
    """Return a surge with the sizes of its steps multiplied."""
    if isinstance(value, list):
        return [_sizes(step, factor) for step in value]
    assert isinstance(value, dict)
    return {k: (max(1, round(v * factor)) if k == "units" else v * factor if k == "starts_per_week" else v)
            for k, v in value.items()}  # fmt: skip


Turn = Callable[[object, float], object]
SIZE, NUMBERS = "surge, size", "surge, numbers waiting"
VALVES: tuple[tuple[str, str, Turn], ...] = (
    ("gives_up.after_days", "patience", _scaled),
    ("plan_b_after_days", "plan B", _scaled),
    ("surge", SIZE, _sizes),
    ("surge", NUMBERS, _scaled),
)


def valves_of(city: CityConfig) -> dict[str, tuple[list[str], Turn]]:
    """Return the valves of a city in words: the dotted paths of their settings, and how these are multiplied."""
    services = city.services.model_dump(mode="json", by_alias=True, exclude_none=True)
    found: dict[str, tuple[list[str], Turn]] = {}
    for kind in SERVICE_KINDS:
        for name, service in services[kind].items():
            for setting, what, turn in VALVES:
                held: object = service
                for key in setting.split("."):
                    held = held.get(key) if isinstance(held, dict) else None
                if held:
                    label = f"{KIND_LABELS[kind]}: {what}"
                    found.setdefault(label, ([], turn))[0].append(f"services.{kind}.{name}.{setting}")
    return found


def turned(city: CityConfig, labels: Sequence[str], factor: float) -> CityConfig:
    """Return the city with the settings of some of its valves multiplied."""
    plain = city.model_dump(mode="json", by_alias=True, exclude_none=True)
    changes, known = [], valves_of(city)
    for label in labels:
        paths, turn = known[label]
        changes += [{"path": path, "set": turn(value_at(plain, path), factor)} for path in paths]
    return city.with_changes(changes)


TOGETHER = "all numbers waiting together"


def valve_moves(published: Published, runs: Runs, city: CityConfig, base: Series, n: int) -> dict[str, Floats]:
    """Return by valve how far its settings, a fifth less and a fifth more, move each year; shape (2, years)."""

    def years(series: Series) -> Floats:
        return np.array([published.of_year(series[TOTAL][:n].mean(axis=0), year) for year in YEARS])

    before = years(base)
    labels = list(valves_of(city))
    groups = {label: [label] for label in labels} | {TOGETHER: [name for name in labels if name.endswith(NUMBERS)]}
    return {
        label: np.array([years(runs(turned(city, names, factor), n)) / before - 1 for factor in (0.8, 1.2)])
        for label, names in groups.items()
    }


def valves_table(moves: Mapping[str, Floats]) -> str:
    """Return the table of `valve_moves`."""
    rows = [[label, *(f"{less:+.1%} / {more:+.1%}" for less, more in its.T)] for label, its in moves.items()]
    return table(["settings -20% / +20%", *YEARS], rows)


def without_each_change(published: Published, runs: Runs, city: CityConfig, base: Series, n: int) -> str:
    """What the fit loses without each dated change, nothing else refitted."""

    def row(label: str, series: Series) -> list[str]:
        mean = series[TOTAL][:n].mean(axis=0)
        real = published.series[TOTAL]
        error = np.sqrt(((mean - real)[published.usable] ** 2).mean())
        years = [published.of_year(mean, y) / published.of_year(real, y) - 1 for y in YEARS]
        return [label, f"{error:.1f}", *(f"{its:+.0%}" for its in years)]

    rows = [row("all of them in", base)]
    for name, its in city.history.items():
        rest = {key: other for key, other in city.history.items() if key != name}
        rows.append(row(f"without: {its.title or name}", runs(city.model_copy(update={"history": rest}), n)))
    return table(["", "rmse of a month", *YEARS], rows)


def other_measures(counted: Sequence[Mapping[str, Mapping[str, float]]]) -> str:
    """Other published figures and shapes, by year."""
    rows = []
    for name, (label, published) in OTHER_MEASURES.items():
        cells = []
        for year, real in zip(YEARS, published, strict=True):
            value = float(np.mean([run[year][name] for run in counted]))
            shown = f"{value:,.0f}" if value > 10 else f"{value:.3f}"
            cells.append(shown if real is None else f"{shown} ({real if isinstance(real, str) else f'{real:,}'})")
        rows.append([label, *cells])
    return table(["", *YEARS], rows)


def history(city: CityConfig) -> str:
    """The dated changes, and where they are known from."""
    return "\n".join(
        f"{i}. **{its.title or name}.** {its.source}." for i, (name, its) in enumerate(city.history.items(), 1)
    )


PAGE = """# Sheffield, April 2014 to March 2018

The detail behind [Validation](validation.md), written by the same script (`python validation/validate.py`): {n}
replications of a seed that the fit has not seen, one city file (`configs/{city_file}`), one continuous run. Published
figures are in brackets (NHS England, delayed transfers of care, local-authority tables). October 2015 to January 2016
are under-recorded (*).

## The dated changes

{history}

## Every month

People delayed on an average day, by group of the reasons of the return.

{every_month}

## Other published figures

{others}
"""
