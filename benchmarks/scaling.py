"""Time and memory against the size of the city: 1, 2, 5 and 10 times Sheffield's demand, beds, staff and vacancies.

Every measurement is a separate process, so that its peak memory is its own, and the sizes take turns. A short run
before the clock starts compiles the engine or loads it from the cache. Then each process simulates the city twice: the
first run also pays for new memory, and the second is what every further replication of a worker costs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from common import SHEFFIELD, city_year, medians, print_machine, print_table, print_targets

import flowsim
from flowsim.config.changes import changed, with_changes
from flowsim.config.city_schema import CityConfig
from flowsim.engine.memory import keep_freed_memory

if sys.platform != "win32":
    import resource

SCALED = {
    *("adults", "demand_factor", "beds", "staff", "caseload", "vehicles", "starts_per_week", "unused_limit"),
    *("units", "opens_above", "closes_at", "per_day"),
}
TIMED = ("cohort", "engine", "measures")
GB = 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", default=SHEFFIELD, help="the city (default: %(default)s)")
    parser.add_argument("--cities", type=int, nargs="+", default=[1, 2, 5, 10], help="sizes (default: %(default)s)")
    parser.add_argument("--repeats", type=int, default=5, help="processes for each size (default: %(default)s)")
    parser.add_argument("--measure", type=int, metavar="CITIES", help="only measure this size in this process, as JSON")
    args = parser.parse_args()
    if args.measure is not None:
        print(json.dumps(measure(args.config, args.measure)))
        return
    print_machine()
    runs: dict[int, list[dict[str, float]]] = {cities: [] for cities in args.cities}
    for _ in range(args.repeats):
        for cities in args.cities:
            runs[cities].append(in_new_process(args.config, cities))
    found = {cities: medians(of_size) for cities, of_size in runs.items()}
    smallest = found[args.cities[0]]
    relative = {
        run_of: {
            cities: (run[run_of] / run["spells"]) / (smallest[run_of] / smallest["spells"])
            for cities, run in found.items()
        }
        for run_of in ("first", "second")
    }
    print(f"\n{args.config}: median of {args.repeats} processes")
    print_table(
        (
            *("cities", "spells", "log rows", *(f"{step} (s)" for step in TIMED), "second run (s)", "per spell"),
            *("first run (s)", "per spell", "peak memory (GB)"),
        ),
        (
            (
                *(str(cities), f"{run['spells']:,.0f}", f"{run['rows']:,.0f}", *(f"{run[step]:.3f}" for step in TIMED)),
                *(f"{run['second']:.3f}", f"{relative['second'][cities]:.2f}"),
                *(f"{run['first']:.3f}", f"{relative['first'][cities]:.2f}", as_gigabytes(run["peak"])),
            )
            for cities, run in found.items()
        ),
    )
    print(f"\nper spell: time against that of the size {args.cities[0]}")
    print_targets([*linear(relative), *modest(found)])


def linear(relative: Mapping[str, Mapping[int, float]]) -> Iterator[tuple[str, str, str, bool]]:
    for run_of, by_size in relative.items():
        worst = max(by_size.values())
        yield f"time per spell relative to one city, {run_of} run", "at most 1.3", f"{worst:.2f}", worst <= 1.3


def modest(found: Mapping[int, Mapping[str, float]]) -> Iterator[tuple[str, str, str, bool]]:
    for cities, limit in ((1, 0.5), (10, 2)):
        if cities in found and not np.isnan(peak := found[cities]["peak"]):
            yield f"peak memory (GB), cities: {cities}", f"under {limit}", as_gigabytes(peak), peak < limit * GB


def in_new_process(path: str, cities: int) -> dict[str, float]:
    command = [sys.executable, str(Path(__file__).resolve()), "--config", path, "--measure", str(cities)]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    return found


def measure(path: str, cities: int) -> dict[str, float]:
    """Simulate a city of this size twice, in a process like that of a worker.

    Returns
    -------
    dict
        The seconds of each step of the second run, of the ``first`` and the ``second`` run, the ``spells`` that came,
        the ``rows`` of the log, and the ``peak`` memory of this process (bytes).
    """
    keep_freed_memory()
    city = flowsim.load_config(path)
    city_year(changed(city, {"run.warm_up_days": 0, "run.horizon_days": 1}), "compiled", 0)
    larger = enlarged(city, cities)
    first = sum(city_year(larger, "compiled", 0)[0].values())
    seconds, log, _ = city_year(larger, "compiled", 0)
    second = sum(seconds.values())
    spells = np.unique(log.spell).size
    return seconds | {"first": first, "second": second, "spells": spells, "rows": len(log), "peak": peak_memory()}


def enlarged(city: CityConfig, times: int) -> CityConfig:
    """Return a city with a multiple of the people, the demand, and the units and vacancies of everything.

    Dated changes of capacity stay as they are.
    """
    paths = scaled_paths(city.model_dump(mode="json", by_alias=True))
    return with_changes(city, [{"path": path, "scale": times} for path in paths])


def scaled_paths(settings: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from scaled_paths(value, f"{above}{key}.")
        elif key in SCALED and value is not None:
            yield f"{above}{key}"


def peak_memory() -> float:
    """Return the most memory that this process has held (bytes); NaN on Windows."""
    if sys.platform == "win32":
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak if sys.platform == "darwin" else peak * 1024)


def as_gigabytes(size: float) -> str:
    return "-" if np.isnan(size) else f"{size / GB:.2f}"


if __name__ == "__main__":
    main()
