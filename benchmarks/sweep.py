"""How well an experiment uses its workers: time on one worker / (time on several x their number).

The runs are those of an experiment, with everything that it does to them: results on disk, measures in memory. Workers
take some seconds to start, which hardly matters in a sweep of thousands of runs: so the last nine tenths of the runs
are also timed. The numbers of workers take turns.
"""

from __future__ import annotations

import argparse
import tempfile
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
    parser.add_argument("--workers", type=int, default=2, help="compared with one worker (default: %(default)s)")
    parser.add_argument("--repeats", type=int, default=3, help="experiments for each number (default: %(default)s)")
    args = parser.parse_args()
    print_machine()
    took: dict[int, list[dict[str, float]]] = {1: [], args.workers: []}
    for _ in range(args.repeats):
        for workers, times in took.items():
            times.append(sweep(args.config, args.runs, workers))
    found = {workers: {part: median(t[part] for t in times) for part in times[0]} for workers, times in took.items()}
    efficiency = {part: found[1][part] / found[args.workers][part] / args.workers for part in found[1]}
    print(f"\n{args.config}, {args.runs} runs: median of {args.repeats}")
    rows = ((str(workers), f"{t['all']:.1f}", f"{t['once begun']:.1f}") for workers, t in found.items())
    print_table(("workers", "all runs (s)", "the last nine tenths (s)"), rows)
    enough = efficiency["once begun"] >= ENOUGH
    print_targets(
        [
            (f"efficiency of {args.workers} workers", f"at least {ENOUGH}", f"{efficiency['once begun']:.2f}", enough),
            ("the same, with their start", "-", f"{efficiency['all']:.2f}", True),
        ]
    )


def sweep(config: str, runs: int, workers: int) -> dict[str, float]:
    """Return the seconds that an experiment takes, and those of the last nine tenths of its runs."""
    spec = {
        "name": "Sweep",
        "question": "How long does it take?",
        "base": str(Path(config).resolve()),
        "replications": runs,
        "measures": ["dtoc_patients_mean"],
    }
    moments: dict[int, float] = {}

    def note(done: int, of: int) -> None:
        moments.setdefault(done, perf_counter())

    with tempfile.TemporaryDirectory() as folder:
        begun = perf_counter()
        simulate_experiment(
            experiment_from(spec),
            DiskStore(Path(folder)),
            workers=workers,
            progress=note,
        )
        return {"all": perf_counter() - begun, "once begun": moments[runs] - moments[runs // 10]}


if __name__ == "__main__":
    main()
