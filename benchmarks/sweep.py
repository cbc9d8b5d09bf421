"""How well an experiment uses its workers: the time of its runs on one, over the time on several times their number.

The runs are those of an experiment, with everything that it does to them: results on disk, measures in memory. Workers
take some seconds to start, which a sweep of thousands of runs does not notice: so the time is also taken from the
tenth part of the runs to the last. The numbers of workers take turns.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from time import perf_counter

from common import SHEFFIELD, print_machine, print_table, print_targets

from flowsim.experiment.load_experiment import experiment_from
from flowsim.experiment.runner import simulate_experiment
from flowsim.run.stores import DiskStore

ENOUGH = 0.85


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", default=SHEFFIELD, help="the city (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=100, help="runs of each experiment (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="how many beside one (default: %(default)s)")
    parser.add_argument("--repeats", type=int, default=3, help="experiments for each number (default: %(default)s)")
    asked = parser.parse_args()
    print_machine()
    took: dict[int, list[dict[str, float]]] = {1: [], asked.workers: []}
    for _ in range(asked.repeats):
        for workers, times in took.items():
            times.append(sweep(asked.config, asked.runs, workers))
    found = {workers: {part: median(t[part] for t in times) for part in times[0]} for workers, times in took.items()}
    efficiency = {part: found[1][part] / found[asked.workers][part] / asked.workers for part in found[1]}
    print(f"\n{asked.config}, {asked.runs} runs: median of {asked.repeats}")
    rows = ((str(workers), f"{t['all']:.1f}", f"{t['once begun']:.1f}") for workers, t in found.items())
    print_table(("workers", "all runs (s)", "the last nine tenths (s)"), rows)
    enough = efficiency["once begun"] >= ENOUGH
    print_targets(
        [
            (f"efficiency of {asked.workers} workers", f"at least {ENOUGH}", f"{efficiency['once begun']:.2f}", enough),
            ("the same, with their start", "-", f"{efficiency['all']:.2f}", True),
        ]
    )


def sweep(config: str, runs: int, workers: int) -> Mapping[str, float]:
    """Return the seconds that an experiment takes, and those from the tenth part of its runs on."""
    spec = {
        "name": "Sweep",
        "question": "How long does it take?",
        "base": str(Path(config).resolve()),
        "replications": runs,
        "measures": ["dtoc_patients_mean"],
    }
    moments: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        begun = perf_counter()
        simulate_experiment(
            experiment_from(spec),
            DiskStore(Path(folder)),
            workers=workers,
            progress=lambda done, of: moments.setdefault(done, perf_counter()),
        )
        return {"all": perf_counter() - begun, "once begun": moments[runs] - moments[runs // 10]}


if __name__ == "__main__":
    main()
