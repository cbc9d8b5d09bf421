"""What the benchmarks share: a clock, medians, and tables to paste into a Markdown page."""

from __future__ import annotations

import gc
import os
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from statistics import median
from time import process_time
from typing import Any

from flowsim.config.city_schema import CityConfig
from flowsim.engine.log import JourneyLog
from flowsim.measures.all_measures import Measures, measure
from flowsim.model.calendar import Calendar
from flowsim.model.city_network import build_calendars, build_network
from flowsim.model.draw import draw_cohort
from flowsim.model.effective_city import EffectiveCity, effective_city
from flowsim.model.network import Network
from flowsim.run.simulate import engine_called

SHEFFIELD = "configs/sheffield_2016_17.yaml"
STEPS = ("network", "cohort", "engine", "measures")


def timed(do: Callable[[], Any]) -> tuple[float, Any]:
    """Return how many seconds of the processor a call takes, and what it returns.

    Time in which the processor works for other programs does not count. Garbage of earlier calls is collected first.
    """
    gc.collect()
    begun = process_time()
    result = do()
    return process_time() - begun, result


def city_year(config: CityConfig, engine: str, replication: int) -> tuple[dict[str, float], JourneyLog, Measures]:
    """Do what `flowsim.simulate` does; return the seconds of each of `STEPS`, the log and the measures."""

    def build() -> tuple[EffectiveCity, dict[str, Calendar], Network]:
        city = effective_city(config)
        calendars = build_calendars(city)
        return city, calendars, build_network(city, calendars)

    run = engine_called(engine)
    seconds = {}
    seconds["network"], (city, calendars, network) = timed(build)
    seconds["cohort"], cohort = timed(lambda: draw_cohort(city, calendars, config.run.seed, replication))
    seconds["engine"], log = timed(lambda: run(network, cohort, float(config.run.days)))
    seconds["measures"], counted = timed(lambda: measure(city, network, cohort, log))
    return seconds, log, counted


def medians(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the median of each number over several runs."""
    return {name: median(run[name] for run in runs) for name in runs[0]}


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a Markdown table, its columns aligned: the first to the left, the others to the right."""
    table = [list(header), *(list(row) for row in rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(header))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    print()
    for row in (table[0], rule, *table[1:]):
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        print(f"| {' | '.join(cells)} |")


def print_targets(rows: Iterable[tuple[str, str, str, bool]]) -> None:
    """Print targets and what was found: (quantity, target, found, whether the target is met)."""
    print_table(("quantity", "target", "found", "met"), ((*row, "yes" if met else "no") for *row, met in rows))


def print_machine(*packages: str) -> None:
    """Print the machine and the versions with which the numbers were made."""
    versions = ", ".join(f"{name} {_version(name)}" for name in ("flowsim", "numpy", "numba", *packages))
    print(f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(versions)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(not installed)"
