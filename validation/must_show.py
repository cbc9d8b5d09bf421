"""What the city must show, and whether it does: each row is judged by this script, whatever the fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from four_years import ADMISSIONS, OTHER_MEASURES, TOGETHER
from published import NON_ACUTE, YEARS, Floats, Published, Series

from flowsim.measures.observed import GROUPS, TOTAL

Counted = Mapping[str, Mapping[str, float]]
SPRING, SPRING_GROUPS = (
    ("2017-04", "2017-06"),
    {
        "waiting for a pathway (A, B)": ("A+B",),
        "on a pathway to a bed or a care home (C, D)": ("C", "D"),
        "waiting to go home with support (E)": ("E",),
        "others": ("others",),
    },
)
SPRING_SHARES = (0.32, 0.30, 0.31, 0.07)  # Better Care Fund plan 2017/18, section 3.10
SEVERAL = {
    "mau_same_day_discharge_share": (0.35, 0.40),
    "amu_same_day_discharge_share": (0.25, 0.30),
    "readmissions_30_days_75plus_share": (0.17, 0.20),
    "readmissions_30_days_under_75_share": (0.11, 0.13),
    "ward_discharges_saturday": (0.70, 1.00),
    "ward_discharges_sunday": (0.50, 0.75),
    "stranded_share": (0.45, 0.60),
    "super_stranded_share": (0.17, 0.25),
}
FLAT = 0.95


@dataclass(frozen=True)
class Row:
    """One thing that must be seen.

    Attributes
    ----------
    what : str
        The demand.
    seen : str
        What the runs show.
    met : bool
        Whether it is met.
    """

    what: str
    seen: str
    met: bool


def rows_of_fit(published: Published, base: Series) -> Iterator[Row]:
    """Yield what the return of the four years must show."""
    mean = {name: values.mean(axis=0) for name, values in base.items()}
    mean["acute"] = mean[TOTAL] - mean[NON_ACUTE]
    real = {**published.series, "acute": published.series[TOTAL] - published.series[NON_ACUTE]}

    def both(name: str, year: str) -> tuple[float, float]:
        return float(published.of_year(mean[name], year)), float(published.of_year(real[name], year))

    off = {year: both(TOTAL, year)[0] / both(TOTAL, year)[1] - 1 for year in YEARS}
    yield _each("delayed days of each year within 5%", {y: (f"{its:+.1%}", abs(its) <= 0.05) for y, its in off.items()})
    for names, share, people in ((("A+B", "C", "D", "E"), 0.15, 2.5), (("acute", NON_ACUTE), 0.10, 3.0)):
        cells = {}
        for year in YEARS:
            for name in names:
                seen, wanted = both(name, year)
                close = abs(seen - wanted) <= max(share * wanted, people)
                cells[f"{name} {year}"] = (f"{seen:.1f} for {wanted:.1f}", close)
        what = f"{', '.join(names)} of each year within {share:.0%} or {people:g} people a day"
        yield _each(what, cells, only_missed=True)
    others = {y: both("others", y) for y in YEARS}
    cells = {y: (f"{seen:.1f} for {wanted:.1f}", abs(seen - wanted) <= 3) for y, (seen, wanted) in others.items()}
    yield _each("other reasons of each year within 3 people a day", cells, only_missed=True)
    ok = published.usable
    rank = {name: float(np.corrcoef(mean[name][ok], real[name][ok])[0, 1]) for name in (TOTAL, "E")}
    rmse = float(np.sqrt(((mean[TOTAL] - real[TOTAL])[ok] ** 2).mean()))
    yield Row("months: correlation of the total at least 0.90", f"{rank[TOTAL]:.2f}", rank[TOTAL] >= 0.90)
    yield Row("months: rmse of the total at most 13 people a day", f"{rmse:.1f}", rmse <= 13)
    yield Row("months: correlation of E at least 0.85", f"{rank['E']:.2f}", rank["E"] >= 0.85)
    spread = {year: _spread(published.of_year(base[TOTAL], year)) for year in YEARS}
    cells = {y: (f"{its:.1%}", its <= (0.08 if y == "2016/17" else 0.10)) for y, its in spread.items()}
    yield _each("sd of a simulated year at most 10%, of 2016/17 8%", cells)
    steps = _january_steps(published, mean["A+B"])
    cells = {f"{year}": (f"{its:+.0%}", abs(its) <= 0.20) for year, its in steps.items()}
    yield _each("A+B in January within 20% of December", cells)


def rows_of_other_measures(counted: Sequence[Counted]) -> Iterator[Row]:
    """Yield what the other published figures and the shapes must show."""

    def mean(name: str, year: str) -> float:
        return float(np.mean([run[year][name] for run in counted]))

    wanted: dict[str, tuple[str, dict[str, float]]] = {
        "non_elective_admissions": ("non-elective spells", dict(zip(YEARS, (58_665, 55_075, 53_631), strict=False))),
        ADMISSIONS: ("care-home admissions 65+", dict(zip(YEARS, (748, 909, 756), strict=False))),
        "excess_days": ("excess days", {"2016/17": 72_000}),
    }
    for name, (label, by_year) in wanted.items():
        seen = {year: mean(name, year) for year in by_year}
        cells = {y: (f"{seen[y]:,.0f} for {its:,.0f}", abs(seen[y] / its - 1) <= 0.03) for y, its in by_year.items()}
        yield _each(f"{label} within 3%", cells)
    home = {y: (mean("at_home_91_days_share", y), its) for y, its in zip(YEARS, (0.77, 0.77, 0.75), strict=False)}
    cells = {y: (f"{seen:.1%} for {its:.0%}", abs(seen - its) <= 0.02) for y, (seen, its) in home.items()}
    yield _each("home on day 91 within 2 points", cells)
    for name, (low, high) in SEVERAL.items():
        value = mean(name, "2016/17")
        label = f"{OTHER_MEASURES[name][0]}, 2016/17: {low:.0%} to {high:.0%}"
        yield Row(label, f"{value:.1%}", low <= value <= high)
    monday, sunday = mean("ward_discharges_bank_holiday_monday", "2016/17"), mean("ward_discharges_sunday", "2016/17")
    both = f"{monday:.1%} and {sunday:.1%} of a weekday"
    yield Row("ward discharges: a bank-holiday Monday within 10 points of a Sunday", both, abs(monday - sunday) <= 0.10)
    flat = mean("left_behind_flatness_share", "2016/17")
    yield Row(f"stock left behind flat over the week: lowest day at least {FLAT:.0%} of the highest", f"{flat:.1%}",
              flat >= FLAT)  # fmt: skip


def row_of_floor(floor: Mapping[str, float]) -> Row:
    """Return what must be left with endless community capacity in 2016/17."""
    limits = {TOTAL: 50.0, "C": 9.0, "D": 4.0, "E": 6.0}
    cells = {name: (f"{floor[name]:.1f}", floor[name] <= most) for name, most in limits.items()}
    return _each("endless community capacity leaves at most 50 people a day in 2016/17 (C 9, D 4, E 6)", cells)


def rows_of_valves(moves: Mapping[str, Floats]) -> Iterator[Row]:
    """Yield how far the valves may move a year."""
    single = {label: float(np.abs(its).max()) for label, its in moves.items() if label != TOGETHER}
    cells = {label: (f"{its:.1%}", its <= 0.08) for label, its in single.items()}
    most = max(single, key=lambda label: single[label])
    row = _each("no valve's settings, ±20%, move a year by more than 8%", cells, only_missed=True)
    yield row if not row.met else Row(row.what, f"most: {most}, {single[most]:.1%}", True)
    together = float(np.abs(moves[TOGETHER]).max())
    yield Row(
        "all numbers waiting at which surge opens, ±20% together: at most 12%", f"{together:.1%}", together <= 0.12
    )


def spring(published: Published, base: Series) -> list[tuple[str, float, float, float]]:
    """Return the shares of April to June 2017 by group: its name, the diagnostic's, the return's and the simulated."""
    rows = published.rows(*SPRING)

    def days(series: Mapping[str, Floats], names: Sequence[str]) -> float:
        return float(sum((series[name][rows] * published.days[rows]).sum() for name in names))

    mean = {name: values.mean(axis=0) for name, values in base.items()}
    return [
        (
            label,
            diagnostic,
            days(published.series, names) / days(published.series, list(GROUPS)),
            days(mean, names) / days(mean, list(GROUPS)),
        )
        for (label, names), diagnostic in zip(SPRING_GROUPS.items(), SPRING_SHARES, strict=True)
    ]


def row_of_spring(shares: Sequence[tuple[str, float, float, float]]) -> Row:
    """Return whether the shares of spring 2017 are as the diagnostic found them."""
    cells = {label: (f"{seen:.0%} for {wanted:.0%}", abs(seen - wanted) <= 0.05) for label, wanted, _, seen in shares}
    return _each("spring of 2017: shares of the diagnostic (32/30/31/7) within 5 points", cells)


def _each(what: str, cells: Mapping[str, tuple[str, bool]], only_missed: bool = False) -> Row:
    """Return a row of several parts, of which each must be met; if asked, with those named that are not."""
    missed = [f"**{part}: {seen}**" for part, (seen, met) in cells.items() if not met]
    if only_missed:
        held = len(cells) - len(missed)
        return Row(what, f"{held} of {len(cells)}{'; not ' if missed else ''}{', '.join(missed)}", not missed)
    seen_all = [f"{part}: {seen}" if met else f"**{part}: {seen}**" for part, (seen, met) in cells.items()]
    return Row(what, ", ".join(seen_all), not missed)


def _spread(values: Floats) -> float:
    return float(values.std(ddof=1) / values.mean())


def _january_steps(published: Published, mean: Floats) -> dict[str, float]:
    """Return how far each January lies from the December before."""
    months = list(published.months)
    januaries = [i for i, month in enumerate(months) if month.endswith("-01") and i > 0]
    return {months[i]: float(mean[i] / mean[i - 1] - 1) for i in januaries}
