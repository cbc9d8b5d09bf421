"""Published figures: what the targets of a file are, one by one, and how each is read off a run.

A target is one figure: of all days that count, or of a period of them. A series of the observed return is a figure for
each of its periods: the delayed patients on an average day, over the months without a flag. Successive figures of a
series are alike, so that it says less than as many figures of their own: with r, the correlation of each of n figures
with the next, n (1 - r) / (1 + r) (G. Bayley and J. Hammersley, Supplement to the JRSS 8, 1946), no fewer than its
financial years and no more than n. The series has the weight of as many targets, shared evenly among its figures.
Figures of years count one each.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from flowsim.calibration.targets_file import (
    MAIN,
    CalibrationTarget,
    ObservedTarget,
    SeriesTolerance,
    TargetsFile,
    Tolerance,
)
from flowsim.config.city_schema import CityConfig
from flowsim.config.observed_schema import ObservedMonth
from flowsim.config.periods import Period, financial_year_of, parse_period, quarter_of
from flowsim.measures.catalogue import limits, units

ALL = "all"
PATIENTS = "patients"


@dataclass(frozen=True)
class PublishedFigure:
    """A figure to reproduce.

    Attributes
    ----------
    measure : str
        Name of the measure; of a series, `series_name`.
    value : float
        The published figure.
    tolerance : Tolerance or SeriesTolerance
        How far from it still counts as a match.
    source : str
        Where it comes from.
    period : str
        The label of its period; empty for all days that count.
    city : str
        The city that it is of.
    fit : bool
        Whether it is fitted.
    worth : float
        How many independent figures it counts as.
    series : str
        Of a figure of the observed return: what the series is called. Empty for any other.
    counted : tuple of str
        Of a figure of the observed return: the codes, or the kind of bed, that are summed.
    months : tuple of str
        Of a figure of the observed return: the months that it is the average of.
    """

    measure: str
    value: float
    tolerance: Tolerance | SeriesTolerance
    source: str
    period: str = ""
    city: str = MAIN
    fit: bool = True
    worth: float = 1.0
    series: str = ""
    counted: tuple[str, ...] = ()
    months: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is a figure of: city, measure and period."""
        return self.city, self.measure, self.period

    @property
    def title(self) -> str:
        """What it is called where nothing better is known: the measure, its period and its city."""
        its_city = "" if self.city == MAIN else self.city
        return " ".join(part for part in (self.measure, self.period, its_city) if part)

    @property
    def unit(self) -> str:
        """The unit of its measure."""
        return PATIENTS if self.months else units([self.measure])[self.measure]

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest value that are possible."""
        if self.months:
            return 0.0, np.inf
        low, high = limits([self.measure])
        return float(low[0]), float(high[0])

    def read(self, run: Mapping[str, float]) -> float:
        """Return it as one run has it, NaN if it has not; see `flowsim.calibration.evaluations`."""
        if not self.months:
            return run[of_period(self.measure, self.period)]
        days = sum(parse_period(month).days for month in self.months)
        # A city may count acute beds alone: then there are no others.
        counts = [run.get(of_return(what, month), np.nan) for what in self.counted for month in self.months]
        return sum(counts) / days


def of_period(measure: str, period: str) -> str:
    """Return under which name a run that was tried has a measure of a period; an empty one is all days that count."""
    return f"{measure} {period}" if period else measure


def of_return(what: str, month: str) -> str:
    """Return under which name a run that was tried has the delayed days of a month, by code or by kind of bed."""
    return f"delayed days {what} {month}"


def counted_days(city: CityConfig) -> tuple[dt.date, dt.date]:
    """Return the first and the last of the days that count in a city."""
    first = city.run.start_date + dt.timedelta(days=city.run.warm_up_days)
    return first, first + dt.timedelta(days=city.run.horizon_days - 1)


def figures_of(cities: Mapping[str, CityConfig], spec: TargetsFile) -> list[PublishedFigure]:
    """Return all figures of a targets file: those of its targets, and then those of its series."""
    held_out = [parse_period(label) for label in spec.hold_out]
    series = [series_figures(its, cities[its.city or MAIN], held_out) for its in spec.observed]
    return [*(figure_of(target, held_out) for target in spec.targets), *(its for of in series for its in of)]


def figure_of(target: CalibrationTarget, held_out: Sequence[Period]) -> PublishedFigure:
    """Return the figure of a target."""
    return PublishedFigure(
        target.measure,
        target.value,
        target.tolerance,
        target.source,
        period=target.period or "",
        city=target.city or MAIN,
        fit=target.fit and not _is_within(target.period, held_out),
    )


def series_figures(series: ObservedTarget, city: CityConfig, held_out: Sequence[Period]) -> list[PublishedFigure]:
    """Return the figures of a series: those of its periods that are simulated in full and have a month without a flag.

    Parameters
    ----------
    series : ObservedTarget
        The series.
    city : CityConfig
        The city that it is of, with its observed return.
    held_out : sequence of Period
        Periods of which nothing is fitted.
    """
    if city.observed is None:
        return []
    first, last = counted_days(city)
    usable = {m.month: m for m in city.observed.monthly_return if not m.flag}
    periods = [p for p in _periods(series.periods, usable) if first <= p.first and p.last <= last]
    found = [_figure(series, city.observed.source, p, usable, held_out) for p in periods]
    if not found:
        return []
    worth = min(series.counts_as or independent(found), len(found)) / len(found)
    return [replace(figure, worth=worth) for figure in found]


def series_name(series: ObservedTarget) -> str:
    """Return the name of a series as a measure: ``delayed_A+B``, ``delayed_all``, ``delayed_acute``."""
    return f"delayed_{'+'.join(_counted(series))}"


def independent(figures: Sequence[PublishedFigure]) -> float:
    """Return how many independent figures a series is worth."""
    values = np.array([figure.value for figure in figures])
    years = {financial_year_of(figure.months[0]) for figure in figures}
    if len(figures) == len(years) or np.ptp(values) == 0:
        return float(len(years))
    away = values - values.mean()
    alike = max(0.0, float(away[1:] @ away[:-1]) / float(away @ away))
    return min(max(len(values) * (1 - alike) / (1 + alike), float(len(years))), float(len(values)))


def _figure(
    series: ObservedTarget,
    source: str,
    period: Period,
    usable: Mapping[str, ObservedMonth],
    held_out: Sequence[Period],
) -> PublishedFigure:
    months = tuple(month for month in period.months if month in usable)
    days = sum(parse_period(month).days for month in months)
    counted = _counted(series)
    return PublishedFigure(
        series_name(series),
        sum(_published(usable[month], what) for what in counted for month in months) / days,
        series.tolerance,
        source,
        period=period.label,
        city=series.city or MAIN,
        fit=series.fit and not _is_within(period.label, held_out),
        series=series.name or f"Delayed: {' + '.join(counted)}",
        counted=counted,
        months=months,
    )


def _counted(series: ObservedTarget) -> tuple[str, ...]:
    if series.beds != ALL:
        return (series.beds,)
    return (ALL,) if series.reasons == ALL else tuple(series.reasons)


def _published(month: ObservedMonth, what: str) -> int:
    """Return the published delayed days of a month: of all reasons, of one, or in a kind of bed."""
    if what == ALL:
        return month.total
    if what in ("acute", "non_acute"):
        return (month.acute if what == "acute" else month.non_acute) or 0
    return sum(days for code, days in month.reasons.items() if code == what)


def _periods(kind: str, months: Mapping[str, ObservedMonth]) -> Iterator[Period]:
    """Yield the months, quarters or financial years in which some months lie, each once."""
    names: dict[str, Callable[[str], str]] = {"months": str, "quarters": quarter_of, "years": financial_year_of}
    for label in dict.fromkeys(map(names[kind], months)):
        yield parse_period(label)


def _is_within(label: str | None, periods: Sequence[Period]) -> bool:
    """Whether a period lies in one of these."""
    if label is None:
        return False
    its = parse_period(label)
    return any(of.first <= its.first and its.last <= of.last for of in periods)
