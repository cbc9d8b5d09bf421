"""Hold the city of 2014 to 2018 against the published return, by month and by reason: docs/four_years.md.

Run it from the repository: ``python validation/four_years.py`` (some minutes on two cores). The seed is not one of
those with which the city was fitted. So the page is the same each time.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import flowsim
from flowsim.config.city_schema import CityConfig

HERE = Path(__file__).parent
CITY = HERE.parent / "configs" / "sheffield_2014_2018.yaml"
HELD_OUT_SEED = 19480705
YEARS = ("2014/15", "2015/16", "2016/17", "2017/18")
GROUPS = {
    "A+B": ("A", "B"),
    "C": ("C",),
    "D": ("D(i)", "D(ii)"),
    "E": ("E",),
    "others": ("F", "G", "H", "I"),
}
TOTAL, NON_ACUTE = "total", "non-acute"
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
CAPACITIES = (
    "services.active_recovery.stit.caseload",
    "services.active_recovery.cics.caseload",
    "services.intermediate_care.intermediate_care_beds.beds",
    "services.intermediate_care.care_home_beds.beds",
    "services.homecare.homecare.starts_per_week",
    "services.residential.residential_homes.starts_per_week",
    "services.nursing.nursing_homes.starts_per_week",
)
ENDLESS = 12.0

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Published:
    """The published return in the months of the run: people delayed on an average day.

    Attributes
    ----------
    months : pandas.Index
        The months.
    days : numpy.ndarray
        Days of each.
    series : mapping of str to numpy.ndarray
        By group of reasons, the total and non-acute beds.
    usable : numpy.ndarray of bool
        Whether a month is not flagged.
    year : numpy.ndarray of str
        Its financial year.
    """

    months: pd.Index
    days: Floats
    series: Mapping[str, Floats]
    usable: NDArray[np.bool_]
    year: NDArray[np.str_]

    @classmethod
    def of(cls, city: CityConfig) -> Published:
        """Read it from the city."""
        assert city.observed is not None
        first = city.run.start_date + pd.Timedelta(days=city.run.warm_up_days)
        rows = [m for m in city.observed.monthly_return if m.month >= f"{first:%Y-%m}"]
        months = pd.PeriodIndex([m.month for m in rows], freq="M")
        days = months.days_in_month.to_numpy(dtype=float)
        series = {name: np.array([sum(m.reasons.get(c, 0) for c in codes) for m in rows]) / days
                  for name, codes in GROUPS.items()}  # fmt: skip
        series[TOTAL] = np.array([m.total for m in rows]) / days
        series[NON_ACUTE] = np.array([m.non_acute for m in rows]) / days
        start = np.where(months.month >= 4, months.year, months.year - 1)
        year = np.array([f"{y}/{(y + 1) % 100:02d}" for y in start])
        return cls(pd.Index([m.month for m in rows]), days, series, np.array([not m.flag for m in rows]), year)

    def of_year(self, monthly: Floats, year: str) -> Floats:
        """Return the mean over a year's unflagged months, of shape (..., months)."""
        rows = (self.year == year) & self.usable
        mean: Floats = (monthly[..., rows] * self.days[rows]).sum(axis=-1) / self.days[rows].sum()
        return mean


def returned(city: CityConfig, months: pd.Index, replication: int) -> dict[str, Floats]:
    """Simulate a city once and return its monthly return, in people delayed on an average day, by series."""
    return monthly(flowsim.simulate(city, replication=replication).sitrep, months)


def monthly(sitrep: pd.DataFrame, months: pd.Index) -> dict[str, Floats]:
    """Return the series of a monthly return, in people delayed on an average day."""
    days = sitrep.groupby("month")["days_in_month"].first().reindex(months).to_numpy(dtype=float)
    table = sitrep.pivot_table(index="month", columns="reason", values="delayed_days", aggfunc="sum").reindex(months)
    series = {name: table[[c for c in codes if c in table]].sum(axis=1).to_numpy() / days
              for name, codes in GROUPS.items()}  # fmt: skip
    series[TOTAL] = table.sum(axis=1).to_numpy() / days
    outside = sitrep[sitrep["bed_type"] == "non_acute"].groupby("month")["delayed_days"].sum()
    series[NON_ACUTE] = outside.reindex(months, fill_value=0).to_numpy() / days
    return series


def in_years(city: CityConfig, replication: int) -> tuple[pd.DataFrame, dict[str, dict[str, float]]]:
    """Simulate a city once; return its monthly return, and other measures by year."""
    run = flowsim.simulate(city, replication=replication)
    return run.sitrep, run.by_period(YEARS, list(OTHER_MEASURES))


def stacked(runs: Sequence[Mapping[str, Floats]]) -> dict[str, Floats]:
    """Return series of shape (replications, months)."""
    return {name: np.array([run[name] for run in runs]) for name in runs[0]}


Runs = Callable[[CityConfig, int], dict[str, Floats]]


def simulated(pool: Executor, published: Published, city: CityConfig, n: int) -> dict[str, Floats]:
    """Return the monthly series of some replications; shape (replications, months) each."""
    return stacked(list(pool.map(partial(returned, city, published.months), range(n))))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; the first column is text."""
    line = "| " + " | ".join(head) + " |"
    rule = "| --- |" + " ---: |" * (len(head) - 1)
    return "\n".join([line, rule, *("| " + " | ".join(row) + " |" for row in rows)])


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


def floors(published: Published, runs: Mapping[str, Floats]) -> str:
    """What is left with endless community capacity."""
    cells = [f"{published.of_year(runs[name].mean(axis=0), '2016/17'):.1f}" for name in (TOTAL, *GROUPS)]
    return table(["with endless community capacity, 2016/17", TOTAL, *GROUPS], [["people delayed a day", *cells]])


def _scaled(value: object, factor: float) -> object:
    """Return a surge with its numbers of people waiting multiplied, or a distribution with its mean (and sd)."""
    if isinstance(value, list):
        return [_scaled(step, factor) for step in value]
    assert isinstance(value, dict)
    names = ("opens_above", "closes_at") if "opens_above" in value else ("mean", "sd")
    whole = "opens_above" in value
    return {k: (round(v * factor) if whole else v * factor) if k in names else v for k, v in value.items()}


def _sizes(value: object, factor: float) -> object:
    assert isinstance(value, list)
    return [{k: (max(1, round(v * factor)) if k == "units" else v * factor if k == "starts_per_week" else v)
             for k, v in step.items()} for step in value]  # fmt: skip


VALVES: dict[str, tuple[tuple[str, ...], Callable[[object, float], object]]] = {
    "patience for homecare": (("services.homecare.homecare.gives_up.after_days",), _scaled),
    "patience for care homes": (
        (
            "services.residential.residential_homes.gives_up.after_days",
            "services.nursing.nursing_homes.gives_up.after_days",
        ),
        _scaled,
    ),
    "patience for a bed": (("services.intermediate_care.intermediate_care_beds.gives_up.after_days",), _scaled),
    "plan B of Active Recovery": (
        ("services.active_recovery.stit.plan_b_after_days", "services.active_recovery.cics.plan_b_after_days"),
        _scaled,
    ),
    "surge of Active Recovery, size": (
        ("services.active_recovery.stit.surge", "services.active_recovery.cics.surge"),
        _sizes,
    ),
    "surge of Active Recovery, numbers waiting": (
        ("services.active_recovery.stit.surge", "services.active_recovery.cics.surge"),
        _scaled,
    ),
    "spot purchase of homecare, size": (("services.homecare.homecare.surge",), _sizes),
    "spot purchase of homecare, numbers waiting": (("services.homecare.homecare.surge",), _scaled),
    "spot purchase of nursing homes, numbers waiting": (("services.nursing.nursing_homes.surge",), _scaled),
    "surge of beds, numbers waiting": (("services.intermediate_care.intermediate_care_beds.surge",), _scaled),
}
THRESHOLDS = [name for name in VALVES if name.endswith("numbers waiting")]


def turned(city: CityConfig, names: Sequence[str], factor: float) -> CityConfig:
    """Return the city with the settings of some valves multiplied."""
    plain = city.model_dump(mode="json", by_alias=True, exclude_none=True)
    changes = []
    for name in names:
        paths, change = VALVES[name]
        for path in paths:
            value: object = plain
            for key in path.split("."):
                assert isinstance(value, dict)
                value = value[key]
            changes.append({"path": path, "set": change(value, factor)})
    return city.with_changes(changes)


def valves(published: Published, runs: Runs, city: CityConfig, base: Mapping[str, Floats], n: int) -> str:
    """How far a fifth less and a fifth more of each valve's settings moves each year."""

    def years(series: Mapping[str, Floats]) -> Floats:
        return np.array([published.of_year(series[TOTAL][:n].mean(axis=0), year) for year in YEARS])

    before, rows = years(base), []
    for label, names in [*((name, [name]) for name in VALVES), ("all numbers waiting together", THRESHOLDS)]:
        moved = [years(runs(turned(city, names, factor), n)) / before - 1 for factor in (0.8, 1.2)]
        rows.append([label, *(f"{less:+.1%} / {more:+.1%}" for less, more in zip(*moved, strict=True))])
    return table(["settings -20% / +20%", *YEARS], rows)


def without_each_change(published: Published, runs: Runs, city: CityConfig, base: Mapping[str, Floats], n: int) -> str:
    """What the fit loses without each dated change, nothing else refitted."""

    def row(label: str, series: Mapping[str, Floats]) -> list[str]:
        mean = {name: values[:n].mean(axis=0) for name, values in series.items()}
        real = published.series[TOTAL]
        error = np.sqrt(((mean[TOTAL] - real)[published.usable] ** 2).mean())
        years = [published.of_year(mean[TOTAL], y) / published.of_year(real, y) - 1 for y in YEARS]
        return [label, f"{error:.1f}", *(f"{its:+.0%}" for its in years)]

    rows = [row("all of them in", base)]
    for name, its in city.history.items():
        rest = {key: other for key, other in city.history.items() if key != name}
        rows.append(row(f"without: {its.title or name}", runs(city.model_copy(update={"history": rest}), n)))
    return table(["", "rmse of a month", *(f"{year}" for year in YEARS)], rows)


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

This page is written by `python validation/four_years.py`: {n} replications of a seed that the fit has not seen, one
city file (`configs/sheffield_2014_2018.yaml`), one continuous run. Published figures are in brackets (NHS
England, delayed transfers of care, local-authority tables). All are people delayed on an average day, unless it says
otherwise. October 2015 to January 2016 are under-recorded and left out (*).

## By year and reason

{by_year}

## By month

{by_month}

<details><summary>Every month</summary>

{every_month}

</details>

## Lag or capacity

{floors}

## The dated changes

{history}

Without each of them, and nothing else fitted again ({few} replications):

{without}

## The ways out of queues

How far a fifth less and a fifth more of their settings moves the delayed days of a year ({few} replications, the same
patients):

{valves}

## Other published figures

{others}
"""


def main() -> None:
    """Make the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replications", type=int, default=40, help="runs of the city (default: 40)")
    parser.add_argument("--few", type=int, default=12, help="runs of each variant of it (default: 12)")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--out", type=Path, default=HERE.parent / "docs", help="folder of the page (default: docs)")
    args = parser.parse_args()
    city = flowsim.load_config(CITY)
    city = city.model_copy(update={"run": city.run.model_copy(update={"seed": HELD_OUT_SEED})})
    published = Published.of(city)
    with ProcessPoolExecutor(args.workers, mp_context=get_context("spawn")) as pool:
        runs = partial(simulated, pool, published)
        sitreps, counted = zip(*pool.map(partial(in_years, city), range(args.replications)), strict=True)
        base = stacked([monthly(sitrep, published.months) for sitrep in sitreps])
        endless = city.with_changes([{"path": path, "scale": ENDLESS} for path in CAPACITIES])
        page = PAGE.format(
            n=args.replications,
            few=args.few,
            by_year=by_year_and_reason(published, base),
            by_month=by_month(published, base),
            every_month=every_month(published, base),
            floors=floors(published, runs(endless, args.few)),
            history=history(city),
            without=without_each_change(published, runs, city, base, args.few),
            valves=valves(published, runs, city, base, args.few),
            others=other_measures(counted),
        )
    (args.out / "four_years.md").write_text(page, encoding="utf-8", newline="\n")
    print(f"{args.out / 'four_years.md'} is written")


if __name__ == "__main__":
    main()
