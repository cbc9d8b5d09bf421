"""The command that checks a file before it is run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flowsim.cli.program import exit_codes

if TYPE_CHECKING:
    from flowsim.workflow.check import CheckedExperiment
    from flowsim.workflow.check_intervention import CheckedIntervention

NAMES_SHOWN = 20


def check(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A city's configuration, an experiment or an intervention (YAML).")
    ],
) -> None:
    """Check a city, an experiment or an intervention before it is run.

    For a city it compares demand with capacity; for an experiment it shows what it would run; for an intervention it
    says which cities in the folder above can have it.

    Example: flowsim check configs/sheffield_2016_17.yaml
    """
    with exit_codes():
        from flowsim.cli.terminal_tables import console, load_table
        from flowsim.workflow import check as workflow
        from flowsim.workflow.check_intervention import CheckedIntervention

        found = workflow.check(file)
        if isinstance(found, workflow.CheckedExperiment):
            typer.echo(f"{file} is sound: {_description(found)}")
            _tell(found.notices)
            return
        if isinstance(found, CheckedIntervention):
            typer.echo(f"{file} is sound: {found.title}. {_use_of(found)}")
            return
        screen = console()
        screen.print(f"{file} is sound: {found.name}.", highlight=False, markup=False)
        screen.print(load_table(found.loads))
        screen.print(
            "Staff are counted while they work. People who cannot move on use more of the pool in which they wait."
        )
        _tell(found.notices)


def _tell(notices: Sequence[str]) -> None:
    for notice in notices:
        typer.echo(f"Note: {notice}")


def _use_of(found: CheckedIntervention) -> str:
    """Return which cities can have an intervention, and what it does not say."""
    fits = f"It fits {', '.join(found.fits)}." if found.fits else "There is no city in the folder above to try it on."
    return f"{fits} It does not say: {', '.join(found.lacks)}." if found.lacks else fits


def _description(found: CheckedExperiment) -> str:
    """Return the name of an experiment, its scenarios and runs, and about how long they take."""
    least, most = found.replications_at_least, found.replications_at_most
    each = f"{least:,} to {most:,}" if least < most else f"{most:,}"
    chosen_later = found.scenarios_at_most > len(found.scenarios)
    lines = [
        f"{found.name}.",
        f"Scenarios: {'up to ' if chosen_later else ''}{found.scenarios_at_most:,}, with {each} replications of each.",
        f"Runs: {'up to ' if chosen_later or least < most else ''}{found.runs_at_most:,}, which take about "
        f"{_duration(found.seconds)} on one core.",
        *(f"  {name}" for name in found.scenarios[:NAMES_SHOWN]),
    ]
    more = found.scenarios_at_most - len(found.scenarios[:NAMES_SHOWN])
    return "\n".join([*lines, f"  and {more:,} more"] if more else lines)


def _duration(seconds: float) -> str:
    if seconds < 90:
        whole = max(round(seconds), 1)
        return f"{whole} second{'s' if whole > 1 else ''}"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"
