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

    For a city it compares demand with capacity, at the time when that is worst; for an experiment it shows what it
    would run, and how long that takes here. For both it says what changes on which dates, and warns of what may not be
    meant. For an intervention it says which cities in the folder above can have it.

    Example: flowsim check configs/sheffield_2016_17.yaml
    """
    with exit_codes():
        from flowsim.cli.terminal_tables import changes_table, console, load_table
        from flowsim.workflow import check as workflow
        from flowsim.workflow.check_intervention import CheckedIntervention

        found = workflow.check(file)
        screen = console()

        def say(text: str) -> None:
            screen.print(text, highlight=False, markup=False, soft_wrap=True)

        if isinstance(found, CheckedIntervention):
            say(f"{file} is sound: {found.title}. {_use_of(found)}")
            return
        if isinstance(found, workflow.CheckedExperiment):
            say(f"{file} is sound: {_description(found)}")
            rows = [(_of(names, found), row) for row, names in found.changes.items()]
        else:
            say(f"{file} is sound: {found.name}.")
            screen.print(load_table(found.loads))
            say("Staff are counted while they work. People who cannot move on use more of the pool in which they wait.")
            if found.warm_up is not None:
                say(f"Warm-up: {found.warm_up.in_words}")
            rows = [("", row) for row in found.changes]
        if rows:
            screen.print(changes_table(rows))
        for notice in found.notices:
            say(f"Note: {notice}")
        for warning in found.warnings:
            say(f"WARNING: {warning}")


def _of(names: Sequence[str], found: CheckedExperiment) -> str:
    """Say in which scenarios something holds."""
    if len(names) == len(found.scenarios):
        return "all"
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _use_of(found: CheckedIntervention) -> str:
    """Return which cities can have an intervention, and what it does not say."""
    fits = f"It fits {', '.join(found.fits)}." if found.fits else "There is no city in the folder above to try it on."
    return f"{fits} It does not say: {', '.join(found.lacks)}." if found.lacks else fits


def _description(found: CheckedExperiment) -> str:
    """Return the name of an experiment, its scenarios and runs, and about how long they take."""
    least, most, time = found.replications_at_least, found.replications_at_most, found.estimate
    each = f"{least:,} to {most:,}" if least < most else f"{most:,}"
    chosen_later = found.scenarios_at_most > len(found.scenarios)
    up_to = "up to " if chosen_later or least < most else ""
    cores = "one core" if time.cores == 1 else f"{time.cores} cores"
    if time.done == time.runs:
        takes = "all of which are done already"
    elif time.done:
        takes = f"of which {time.done:,} are done; the others take about {_duration(time.seconds)} on {cores}"
    else:
        takes = f"which take about {_duration(time.seconds)} on {cores}"
    lines = [
        f"{found.name}.",
        f"Scenarios: {'up to ' if chosen_later else ''}{found.scenarios_at_most:,}, with {each} replications of each.",
        f"Runs: {up_to}{time.runs:,}, {takes}. Tables and report take some {_duration(time.report_seconds)} more.",
        *(f"  {name}" for name in found.scenarios[:NAMES_SHOWN]),
    ]
    more = found.scenarios_at_most - len(found.scenarios[:NAMES_SHOWN])
    return "\n".join([*lines, f"  and {more:,} more"] if more else lines)


def _duration(seconds: float) -> str:
    if seconds < 90:
        whole = max(round(seconds), 1)
        return f"{whole} second{'s' if whole > 1 else ''}"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"
