"""What a reader of a sound city should know of it: what was taken for granted, and what stays empty."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from flowsim.config.city_schema import FOLLOW_UP_DAYS, CityConfig
from flowsim.config.seasons import seasons_named


def notices(city: CityConfig) -> list[str]:
    """Return what is taken for granted in a city, one sentence for each thing."""
    return [*_rates_after_the_run(city), *_months_outside(city), *_idle_seasons(city)]


def _rates_after_the_run(city: CityConfig) -> Iterator[str]:
    run = city.run
    after = [run.start_date + dt.timedelta(days=day) for day in range(run.days - FOLLOW_UP_DAYS, run.days)]
    for name, stream in city.streams.items():
        rates = stream.daily_rates if stream.enabled else None
        without = [] if rates is None else [date for date in after if date not in rates]
        if without:
            yield (
                f"streams.{name}.daily_rates: {len(without)} of the {FOLLOW_UP_DAYS} days after the run have no rate "
                f"(from {without[0]} on); they are given the mean of their weekday over the eight weeks before. Nobody "
                "who comes then is counted, but they compete for services with people who are followed to day 91."
            )


def _months_outside(city: CityConfig) -> Iterator[str]:
    run = city.run
    first = run.start_date + dt.timedelta(days=run.warm_up_days)
    counted = {(first + dt.timedelta(days=day)).month for day in range(min(run.horizon_days, 366))}
    months = city.outcomes.at_home_91_months
    if not counted & set(months):
        listed = ", ".join(map(str, months))
        yield (
            f"outcomes.at_home_91_months: none of these months ({listed}) is among the counted days, so "
            "at_home_91_days_share stays empty."
        )


def _idle_seasons(city: CityConfig) -> Iterator[str]:
    used = seasons_named([*city.outcomes.also_counted, *city.targets])
    for season in (name for name in city.run.seasons if name not in used):
        yield f"Nothing is counted of the season {season}, since no measure names it (dtoc_patients_mean@{season})."
