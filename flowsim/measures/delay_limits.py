"""Numbers of delayed people that matter to somebody: of each, the share of days above it is measured."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from flowsim.config.city_schema import CityConfig, Target
from flowsim.measures.measure import LimitMeasure
from flowsim.measures.verdict import is_ambition

PATIENTS = "dtoc_patients_mean"


def delay_limits(config: CityConfig, row: LimitMeasure) -> list[int]:
    """Return the numbers for which a city has a measure of days above them, ascending.

    They are `outcomes.delayed_over`, those that its targets name (``dtoc_days_over_30_share``), and its ambition for
    the average number delayed.
    """
    found = {*config.outcomes.delayed_over, *limits_named(config.targets, row)}
    return sorted(found | set(_ambitions(config.targets)))


def limits_named(names: Iterable[str], row: LimitMeasure) -> set[int]:
    """Return the numbers that the names of measures name."""
    return {int(limit) for name in names if (limit := row.one_in(name)) is not None}


def limit_of(value: float) -> int | None:
    """Return the whole number of people of which more is above `value`; None if there is none."""
    return math.floor(value) if math.isfinite(value) and value >= 0 else None


def _ambitions(targets: Mapping[str, Target]) -> Iterable[int]:
    target = targets.get(PATIENTS)
    if target is not None and target.value is not None and is_ambition(target.source):
        limit = limit_of(target.value)
        if limit is not None:
            yield limit
