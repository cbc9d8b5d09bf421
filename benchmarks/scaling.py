"""Time and memory against the size of the city: 1, 2, 5 and 10 times Sheffield's demand, beds, staff and vacancies.

Every measurement is a process of its own, so that its peak memory is its own, and the sizes take turns. A short run
before the clock starts compiles the engine or loads it from the cache.
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
from flowsim.config.schema import CityConfig

try:
    import resource
except ImportError:  # Windows
    resource = None

SCALED = {
    *("adults", "demand_factor", "beds", "staff", "caseload", "vehicles", "starts_per_week", "unused_limit"),
    *("units", "opens_above", "closes_at"),
}
TIMED = ("cohort", "engine", "measures")
GB = 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", default=SHEFFIELD, help="the city (default: %(default)s)")
    parser.add_argument("--cities", type=int, nargs="+", default=[1, 2, 5, 10], help="sizes (default: %(default)s)")
    parser.add_argument("--repeats", type=int, default=5, help="processes for each size (default: %(default)s)")
    parser.add_argument("--measure", type=int, metavar="CITIES", help="only measure this size in this process, as JSON")
    asked = parser.parse_args()
    if asked.measure is not None:
        print(json.dumps(measure(asked.config, asked.measure)))
        return
    print_machine()
    runs: dict[int, list[dict[str, float]]] = {cities: [] for cities in asked.cities}
    for _ in range(asked.repeats):
        for cities in asked.cities:
            runs[cities].append(in_new_process(asked.config, cities))
    found = {cities: medians(of_size) for cities, of_size in runs.items()}
    first = asked.cities[0]
    per_spell = {cities: sum(run[step] for step in TIMED) / run["spells"] for cities, run in found.items()}
    relative = {cities: seconds / per_spell[first] for cities, seconds in per_spell.items()}
    print(f"\n{asked.config}: median of {asked.repeats} processes of one run each")
    print_table(
        (
            *("cities", "spells", "log rows", *(f"{step} (s)" for step in TIMED)),
            *("sum (s)", f"time a spell, against {first}", "peak memory (GB)"),
        ),
        (
            (
                *(str(cities), f"{run['spells']:,.0f}", f"{run['rows']:,.0f}", *(f"{run[step]:.3f}" for step in TIMED)),
                *(f"{sum(run[step] for step in TIMED):.3f}", f"{relative[cities]:.2f}", as_gigabytes(run["peak"])),
            )
            for cities, run in found.items()
        ),
    )
    worst = max(relative.values())
    peaks = {cities: run["peak"] for cities, run in found.items() if not np.isnan(run["peak"])}
    print_targets(
        [
            ("time a spell against that of one city", "at most 1.3", f"{worst:.2f}", worst <= 1.3),
            *(
                (
                    f"peak memory (GB), cities: {size}",
                    f"under {limit}",
                    as_gigabytes(peaks[size]),
                    peaks[size] < limit * GB,
                )
                for size, limit in ((1, 0.5), (10, 2))
                if size in peaks
            ),
        ]
    )


def in_new_process(path: str, cities: int) -> dict[str, float]:
    command = [sys.executable, str(Path(__file__).resolve()), "--config", path, "--measure", str(cities)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def measure(path: str, cities: int) -> dict[str, float]:
    """Simulate a city of this size once; return the seconds, the spells, the rows, and this process's peak memory."""
    city = flowsim.load_config(path)
    city_year(changed(city, {"run.warm_up_days": 0, "run.horizon_days": 1}), "compiled", 0)
    larger = enlarged(city, cities)
    seconds, log, _ = city_year(larger, "compiled", 0)
    return seconds | {"spells": np.unique(log.spell).size, "rows": len(log), "peak": peak_memory()}


def enlarged(city: CityConfig, times: int) -> CityConfig:
    """Return a city with so many times the people, the demand, and the units and vacancies of everything."""
    paths = scaled_paths(city.model_dump(mode="json", by_alias=True))
    return with_changes(city, [{"path": path, "scale": times} for path in paths])


def scaled_paths(settings: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from scaled_paths(value, f"{above}{key}.")
        elif key in SCALED:
            yield f"{above}{key}"


def peak_memory() -> float:
    """Return the most memory that this process has held (bytes); NaN where the system does not say."""
    if resource is None:
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak if sys.platform == "darwin" else peak * 1024)


def as_gigabytes(size: float) -> str:
    return "-" if np.isnan(size) else f"{size / GB:.2f}"


if __name__ == "__main__":
    main()
