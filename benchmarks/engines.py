"""The SimPy engine against the compiled one on Sheffield's year, step by step, and what the first call costs.

Both engines simulate the same years in turn, so that a slow moment of the machine affects both; medians are printed.
The logs and the measures of every year must be equal to the last bit.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from common import SHEFFIELD, STEPS, city_year, medians, print_machine, print_table, print_targets

import flowsim
from flowsim.engine.memory import keep_freed_memory

ENGINES = ("simpy", "compiled")
FIRST_CALL = Path(__file__).with_name("first_call.py")
LATER_PROCESSES = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", default=SHEFFIELD, help="the city (default: %(default)s)")
    parser.add_argument(
        "--repeats", type=int, default=7, help="years to simulate by each engine (default: %(default)s)"
    )
    args = parser.parse_args()
    print_machine("simpy")
    ratio, year = compare(args.config, args.repeats)
    first = compare_first_calls(args.config)
    print_targets(
        [
            ("SimPy engine / compiled engine", "at least 50", f"{ratio:.0f}", ratio >= 50),
            ("city-year, cohort and measures included", "at most 0.15 s", f"{year:.3f} s", year <= 0.15),
            ("first call of all", "at most 30 s", f"{first:.1f} s", first <= 30),
        ]
    )


def compare(path: str, repeats: int) -> tuple[float, float]:
    """Time both engines; return the ratio of their times, and the seconds of a compiled city-year."""
    keep_freed_memory()  # as in a worker
    config = flowsim.load_config(path)
    city_year(config, "compiled", 0)  # compiled, or loaded from the cache, outside the clock
    runs: dict[str, list[dict[str, float]]] = {engine: [] for engine in ENGINES}
    equal_logs, equal_measures = [], []
    for replication in range(repeats):
        logs, values = [], []
        for engine in ENGINES:
            seconds, log, counted = city_year(config, engine, replication)
            runs[engine].append(seconds | {"city-year": sum(seconds.values())})
            logs.append(log)
            values.append(np.array(list(counted.values.values())))
        equal_logs.append(logs[0].equals(logs[1]))
        equal_measures.append(np.array_equal(values[0], values[1], equal_nan=True))
    print(f"\n{config.name}: {config.run.days} days, {len(log):,} rows in the log, median of {repeats} years")
    by_simpy, compiled = (medians(runs[engine]) for engine in ENGINES)
    ratio = {step: by_simpy[step] / compiled[step] for step in by_simpy}
    print_table(
        ("step", "with SimPy (s)", "compiled (s)", "SimPy / compiled"),
        (
            (step, f"{by_simpy[step]:.4f}", f"{compiled[step]:.4f}", f"{ratio[step]:.1f}")
            for step in (*STEPS, "city-year")
        ),
    )
    print(f"\nequal logs: {sum(equal_logs)} of {repeats}; equal measures: {sum(equal_measures)} of {repeats}")
    return ratio["engine"], compiled["city-year"]


def compare_first_calls(path: str) -> float:
    """Time the first call with an empty cache and with a full one, in new processes; return that with the empty one."""
    with TemporaryDirectory() as cache:
        compiling = in_new_process(path, cache)
        loading = medians([in_new_process(path, cache) for _ in range(LATER_PROCESSES)])
    print_table(
        ("process", "imports (s)", "first city-year (s)", "second city-year (s)", "whole process, by the clock (s)"),
        (
            (label, *(f"{seconds[part]:.2f}" for part in ("imports", "first", "second", "process")))
            for label, seconds in (("compiles (empty cache)", compiling), ("loads the cache", loading))
        ),
    )
    return compiling["imports"] + compiling["first"]


def in_new_process(path: str, cache: str) -> dict[str, float]:
    command = [sys.executable, str(FIRST_CALL), path]
    environment = os.environ | {"NUMBA_CACHE_DIR": cache}
    begun = perf_counter()
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    seconds: dict[str, float] = json.loads(done.stdout)
    return seconds | {"process": perf_counter() - begun}


if __name__ == "__main__":
    main()
