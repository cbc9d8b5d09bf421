"""The command that makes a working folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flowsim.cli.program import exit_codes


def new(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder to make.")],
) -> None:
    """Make a working folder: a city, interventions, experiments.

    Example: flowsim new mine
    """
    with exit_codes():
        from flowsim.workflow.new_folder import new_folder

        readme = new_folder(folder)
        typer.echo(f"{folder} holds a city, its interventions and experiments; {readme} says what to do with them.")
        typer.echo(f"Try: flowsim experiment {folder / 'experiments' / 'high_impact_changes.yaml'}")
        typer.echo("Results go to the folder results, in the folder where you give that command.")
