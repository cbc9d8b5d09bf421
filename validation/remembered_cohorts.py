"""What is remembered of a cohort is what is drawn anew, whichever setting moves.

Every patient setting of Sheffield is moved, one at a time. A step of the draw that reads a setting which it does not
declare would give another cohort without a word; here the cohort that uses what a process remembers of a replication is
compared with one that is drawn anew.

Run it from the root of the repository; it takes some four minutes. It ends with 1 if any cohort differs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from flowsim.config.changes import changed
from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import ConfigError
from flowsim.config.shipped import city_file
from flowsim.model.city_network import build_calendars
from flowsim.model.cohort import Cohort
from flowsim.model.cohort_memory import forget
from flowsim.model.draw import draw_cohort
from flowsim.model.effective_city import effective_city
from flowsim.run.load_city import load_config

SHORT = {"run.warm_up_days": 0, "run.horizon_days": 8, "history": {}}
NO_PATIENTS = ("costs", "targets", "history", "name", "description", "observed", "interventions", "run")


def main() -> int:
    """Compare the cohorts, and print how many settings were moved and which cohorts differ."""
    city = changed(load_config(city_file("sheffield_2016_17")), SHORT)
    forget()
    base = cohort(city)
    tried, differ, skipped = 0, [], 0
    for path, value in settings(city.model_dump(mode="json", by_alias=True, round_trip=True)):
        other = moved(city, path, value)
        if other is None:
            skipped += 1
            continue
        forget()
        anew = cohort(other)
        forget()
        cohort(city)
        remembered, back = cohort(other), cohort(city)
        tried += 1
        if not (same(anew, remembered) and same(base, back)):
            differ.append(path)
    print(f"{tried} settings moved, {skipped} that cannot be moved alone, {len(differ)} cohorts differ: {differ}")
    return 1 if differ else 0


def cohort(city: CityConfig) -> Cohort:
    """Draw a cohort."""
    effective = effective_city(city)
    return draw_cohort(effective, build_calendars(effective), city.run.seed, 0)


def settings(plain: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, bool | int | float]]:
    """Yield every number and switch that may decide what patients are like, with its path."""
    if isinstance(plain, dict | list):
        for key, value in plain.items() if isinstance(plain, dict) else enumerate(plain):
            if path or key not in NO_PATIENTS:
                yield from settings(value, (*path, str(key)))
    elif isinstance(plain, bool | int | float):
        yield ".".join(path), plain


def moved(city: CityConfig, path: str, value: bool | int | float) -> CityConfig | None:
    """Return the city with a setting moved; None if no other value is sound alone."""
    values: tuple[Any, ...]
    if isinstance(value, bool):
        values = (not value,)
    else:
        values = (value + 1, value * 2 + 3) if isinstance(value, int) else (value * 1.07 + 0.01, value * 0.9)
    for other in values:
        try:
            return changed(city, {path: other})
        except ConfigError:
            continue
    return None


def same(one: Cohort, other: Cohort) -> bool:
    """Return whether two cohorts are equal to the last bit."""
    return (
        one.columns.keys() == other.columns.keys()
        and np.array_equal(one.arrival, other.arrival, equal_nan=True)
        and np.array_equal(one.child, other.child)
        and all(np.array_equal(its, other.columns[name], equal_nan=True) for name, its in one.columns.items())
    )


if __name__ == "__main__":
    sys.exit(main())
