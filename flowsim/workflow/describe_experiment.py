"""What an experiment would run, in words, before it does."""

from __future__ import annotations

import pandas as pd

from flowsim.experiment.experiment import Experiment
from flowsim.experiment.precision import Precision

NAMES_SHOWN = 20
SECONDS_A_YEAR = 0.25  # of simulated time, with the compiled engine, on one core


def description(experiment: Experiment) -> str:
    """Return the name of an experiment, its scenarios and runs, and about how long they take."""
    names = [scenario.name for scenario in experiment.wanted(pd.DataFrame())]
    scenarios, wanted = experiment.plan.most, experiment.replications
    if isinstance(wanted, Precision):
        each, most = f"{wanted.at_least} to {wanted.at_most}", wanted.at_most
    else:
        each, most = str(wanted), wanted
    # Which scenarios a stepwise design comes to depends on what the first ones give.
    up_to = "up to " if scenarios > len(names) or isinstance(wanted, Precision) else ""
    runs = scenarios * most
    seconds = runs * experiment.base.run.days / 365 * SECONDS_A_YEAR
    lines = [
        f"{experiment.name}.",
        f"Scenarios: {'up to ' if scenarios > len(names) else ''}{scenarios:,}, with {each} replications of each.",
        f"Runs: {up_to}{runs:,}, which take about {_duration(seconds)} on one core.",
        *(f"  {name}" for name in names[:NAMES_SHOWN]),
    ]
    more = scenarios - len(names[:NAMES_SHOWN])
    return "\n".join([*lines, f"  and {more:,} more"] if more else lines)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 1):.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"
