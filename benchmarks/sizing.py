"""How many runs a sizing takes, compared with a grid of all its points: beds by Active Recovery in Sheffield.

The grid gives every point as many replications as it takes to tell those next to the goal apart; its answer is the
cheapest point whose verdict is "enough" with the same certainty. Both meet the same patients.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from time import perf_counter

import pandas as pd
from common import SHEFFIELD, print_machine, print_table, print_targets

from flowsim.experiment.load_experiment import experiment_from
from flowsim.experiment.results import experiment_results
from flowsim.experiment.runner import FinishedRuns, simulate_experiment
from flowsim.run.stores import DiskStore

MEASURE = "dtoc_patients_mean"
BEDS = {"name": "beds", "path": "services.intermediate_care.intermediate_care_beds.beds"}
RECOVERY = {
    "name": "recovery",
    "path": ["services.active_recovery.stit.caseload", "services.active_recovery.cics.caseload"],
}
BED_STEPS, RECOVERY_STEPS = (0, 10, 20, 30, 40, 50, 60), (0, 4, 8, 12, 16, 20, 24)
SHARE = 0.2  # of the runs of the grid


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=float, default=90.0, help="people delayed on average (default: %(default)s)")
    parser.add_argument("--replications", type=int, default=20, help="of each point of the grid (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    print_machine()
    spec = {
        "name": "Beds by Active Recovery",
        "base": str(Path(SHEFFIELD).resolve()),
        "measures": [MEASURE],
        "targets": {MEASURE: {"at_most": args.limit}},
    }
    steps = [{"from": values[0], "to": values[-1], "step": values[1]} for values in (BED_STEPS, RECOVERY_STEPS)]
    axes = [{**axis, "add": step} for axis, step in zip((BEDS, RECOVERY), steps, strict=True)]
    sizing = spec | {"replications": 10, "design": {"kind": "sizing", "axes": axes, "runs": 600}}
    search, seconds = made(sizing, args.workers)
    experiment = experiment_from(sizing)
    nothing = pd.DataFrame()
    answer = experiment_results(
        experiment, search.scenarios, search.values, nothing, nothing, search.failures, {}
    ).answer
    assert answer is not None
    axes = [{**axis, "add": list(v)} for axis, v in zip((BEDS, RECOVERY), (BED_STEPS, RECOVERY_STEPS), strict=True)]
    grid = spec | {"replications": args.replications, "design": {"kind": "grid", "axes": axes}}
    everything, grid_seconds = made(grid, args.workers)
    least = cheapest(sizing, everything, args.limit)
    print(f"\n{SHEFFIELD}: at most {args.limit:g} people delayed, {len(BED_STEPS) * len(RECOVERY_STEPS)} points")
    rows = [
        ("search", f"{len(search)}", f"{seconds:.0f}", answer["scenario"] if answer["least"] else "none"),
        ("grid", f"{len(everything)}", f"{grid_seconds:.0f}", least),
    ]
    print_table(("", "runs", "seconds", "the least that is enough"), rows)
    same = least == (answer["scenario"] if answer["least"] else "none")
    share = len(search) / len(everything)
    print_targets(
        [
            ("the same answer", "yes", "yes" if same else "no", same),
            ("share of the runs", f"at most {SHARE}", f"{share:.2f}", share <= SHARE),
        ]
    )


def made(spec: dict[str, object], workers: int) -> tuple[FinishedRuns, float]:
    """Return all runs of an experiment, and the seconds that they took."""
    began = perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        runs = simulate_experiment(experiment_from(spec), DiskStore(Path(folder)), workers=workers)
    return runs, perf_counter() - began


def cheapest(sizing: dict[str, object], runs: FinishedRuns, limit: float) -> str:
    """Return the cheapest point of the grid that is enough with certainty."""
    experiment = experiment_from(sizing)
    plan, goal = experiment.plan, experiment.goals[MEASURE]
    prices = {plan.scenario(row).name: float(cost) for row, cost in enumerate(plan.search.costs)}  # type: ignore[union-attr]
    values = runs.values[runs.values["measure"] == MEASURE].groupby("scenario")["value"]
    enough = [name for name, of_point in values if name in prices and goal.verdict(of_point).verdict == "enough"]
    return min(enough, key=lambda name: prices[name]) if enough else "none"


if __name__ == "__main__":
    main()
