"""What may not be meant in a sound city: in sentences, before it is run."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from math import ceil
from typing import Any

from flowsim.config.changes import meet
from flowsim.config.city_schema import CityConfig
from flowsim.measures.window import DAYS_PER_YEAR
from flowsim.model.dated_changes import DatedChange, dated_changes, every_change
from flowsim.model.residual import mean
from flowsim.report.labels import long_date
from flowsim.run.offered_load import PoolLoad
from flowsim.run.warm_up import ADVISED_DAYS

_PROFILE = re.compile(r"streams\.(?P<stream>[^.]+)\.(?P<profile>hours|weekdays|months)(\.|$)")
_WORSE = 1.05  # a load that is this many times the baseline's is worth a sentence of its own
_STAYS_TO_FILL = 3  # after three mean stays, a service that began empty is 95% full


def load_warnings(loads: Iterable[PoolLoad], compared_with: Sequence[PoolLoad] = ()) -> Iterator[str]:
    """Yield a sentence for each pool that is closed, or asked for more than it has without a way out of its queue.

    Those that are in the same state in the loads that these are compared with are left out.
    """
    before = {load.pool: load for load in compared_with}
    for load in loads:
        if load.has_way_out and not load.is_closed:
            continue
        other = before.get(load.pool)
        is_new = other is None or not other.is_overloaded or load.is_closed != other.is_closed
        if load.is_overloaded and (is_new or (other is not None and load.share > _WORSE * other.share)):
            yield _overload(load)


def load_notices(loads: Iterable[PoolLoad]) -> Iterator[str]:
    """Yield a sentence for each pool that is asked for more than it has, and whose queue people leave another way."""
    return (_overload(load) for load in loads if load.is_overloaded and load.has_way_out and not load.is_closed)


def change_warnings(config: CityConfig) -> Iterator[str]:
    """Yield a sentence for each dated change that is outside the run, and for each two that meet.

    A history goes on before and after a run. So what is in it is not named for being outside.
    """
    run = config.run
    last = run.start_date + dt.timedelta(days=run.days - 1)
    counts_from = run.start_date + dt.timedelta(days=run.warm_up_days)
    counts_to = counts_from + dt.timedelta(days=run.horizon_days - 1)
    for row in dated_changes(config):
        if row.source:
            continue
        if not row.holds_in(run.start_date, last):
            days = f"the run goes from {long_date(run.start_date)} to {long_date(last)}"
            yield f"{_called(row)} changes nothing: it holds {dates_in_words(row)}, and {days}."
        elif not row.holds_in(counts_from, counts_to):
            days = f"the days that are counted go from {long_date(counts_from)} to {long_date(counts_to)}"
            yield f"{_called(row)} is outside the days that are counted: it holds {dates_in_words(row)}, and {days}."
    changes = every_change(config)
    set_anew = {(row.what, row.path) for row in changes if row.change.startswith("=") and row.to_date is None}
    for earlier, later in itertools.combinations(changes, 2):
        begin = max(day for day in (earlier.from_date, later.from_date, run.start_date) if day)
        end = min(day for day in (earlier.to_date, later.to_date, last) if day)
        if begin > end or not meet(earlier.path, later.path) or not (earlier.is_dated or later.is_dated):
            continue
        if later.change.startswith("=") and not later.is_dated and later.coverage == 1.0:
            yield f"{_called(later)} holds throughout, so that {_called(earlier)} changes nothing."
        elif not _is_meant(earlier, later, set_anew):
            when = f"from {long_date(begin)} to {long_date(end)}"
            yield f"{_called(earlier)} and {_called(later)} both act {when}, the second on what the first leaves."


def _is_meant(earlier: DatedChange, later: DatedChange, set_anew: Collection[tuple[str, str]]) -> bool:
    """Whether a meeting is the usual way in which a history is told, or in which something is tried on top of it.

    An entry of a history sets a value anew after another did, and may add to what it set. What is tried throughout, or
    on top of what lasts, acts on what the history has made of a setting, as is meant.
    """
    if not earlier.source:
        return False
    if not later.source:
        return not later.is_dated or earlier.to_date is None
    follows = (earlier.from_date or dt.date.min) < (later.from_date or dt.date.min) or earlier.what == later.what
    return follows and (later.what, later.path) in set_anew and earlier.path == later.path


def profile_warnings(paths: Iterable[str], config: CityConfig) -> Iterator[str]:
    """Yield a sentence for each path of a profile of demand, of which only the proportions count."""
    for path in dict.fromkeys(paths):
        found = _PROFILE.match(path)
        stream = config.streams.get(found["stream"]) if found else None
        if found and stream is not None:
            rate = "spells_per_day" if stream.daily_rates is None else "demand_factor"
            yield (
                f"{path}: only the proportions of a profile count. A larger weight takes people from the other "
                f"{found['profile']}, and the total stays the same. For 15% more people in a month write "
                f"{{path: streams.{found['stream']}.{rate}, scale: 1.15, {_a_month(config)}}}."
            )


def warm_up_warnings(config: CityConfig) -> Iterator[str]:
    """Yield a sentence if a city starts empty and counts before it is full, or counts years of a history too soon."""
    run = config.run
    if config.history and run.horizon_days >= DAYS_PER_YEAR and run.warm_up_days < ADVISED_DAYS:
        yield (
            f"The city has a history, and counting starts {run.warm_up_days} days after the run does. "
            f"{ADVISED_DAYS} or more are advised, so that every season has passed once before it."
        )
    if config.initial_state is not None:
        return
    days, name = max(_mean_stays(config))
    needed = ceil(_STAYS_TO_FILL * days)
    warm_up = config.run.warm_up_days
    if warm_up < needed:
        yield (
            f"The run starts with nobody there, and counts from day {warm_up + 1}. People stay {days:.0f} days in "
            f"{name} on average, so that it is not full before some {needed} days: waits and delays are too low at "
            f"first. Set run.warm_up_days to {needed} or more (366 is safe), or say who is there (initial_state)."
        )


def paths_changed(config: CityConfig) -> list[str]:
    """Return the paths of all changes of a city."""
    return [row.path for row in every_change(config)]


def paths_named(data: Any) -> Iterator[str]:
    """Yield every path of a change or an axis in the raw data of an experiment."""
    if isinstance(data, Mapping):
        named = data.get("path")
        yield from (path for path in (named if isinstance(named, list) else [named]) if isinstance(path, str))
        for value in data.values():
            yield from paths_named(value)
    elif isinstance(data, list):
        for value in data:
            yield from paths_named(value)


def dates_in_words(row: DatedChange) -> str:
    """Return when a change holds: "from 1 December 2016 to 31 March 2017"."""
    parts = []
    if row.from_date is not None:
        parts.append(f"from {long_date(row.from_date)}")
    if row.to_date is not None:
        parts.append(f"{'to' if parts else 'until'} {long_date(row.to_date)}")
    return " ".join(parts)


def _called(row: DatedChange) -> str:
    setting = f"{row.path} {row.change}"
    return f"{row.what} ({setting})" if row.what else setting


def _overload(load: PoolLoad) -> str:
    when = "" if load.first is None or load.last is None else f" from {long_date(load.first)} to {long_date(load.last)}"
    asked = f"{_number(load.offered)} {load.kind}"
    if load.is_closed:
        return f"{load.pool} is closed{when}, and {asked} would be asked for."
    surge = f", with {_number(load.surge)} more in its surge" if load.surge else ""
    what = f"{load.pool} is asked for {asked}{when} and has {_number(load.capacity)}{surge}"
    return f"{what}: people leave the queue another way." if load.has_way_out else f"{what}: a queue grows."


def _mean_stays(config: CityConfig) -> list[tuple[float, str]]:
    """Return how long people stay on average in each place with beds or a caseload."""
    services = config.services
    return [
        (max(mean(stay) for stay in config.ward.stay_until_optimised_days.values()), "ward_beds"),
        *((mean(its.stay_days), name) for name, its in services.active_recovery.items()),
        *((mean(its.step_down_stay_days), name) for name, its in services.intermediate_care.items()),
    ]


def _a_month(config: CityConfig) -> str:
    """Return the dates of the first whole January that is counted, or else of the month in which counting begins."""
    first = config.run.start_date + dt.timedelta(days=config.run.warm_up_days)
    last = first + dt.timedelta(days=config.run.horizon_days)
    january = dt.date(first.year + (first > dt.date(first.year, 1, 1)), 1, 1)
    begin = january if january < last else first.replace(day=1)
    end = (begin + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    return f"from_date: {begin}, to_date: {end}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == round(value) else f"{value:.1f}"
