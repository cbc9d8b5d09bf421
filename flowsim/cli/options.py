"""Arguments and options that several commands have."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from flowsim.config.number_hints import number_hint

SEEDS = 2**63
NUMBER = "INTEGER"


def whole_number(least: int, most: int | None = None) -> Callable[[str], int]:
    """Return a reader of whole numbers between two, in plain digits: Python's own would also read 1_000."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[-+]?[0-9]+", str(text)):
            hint = number_hint(text, whole=True).removesuffix(", without quotes")
            raise typer.BadParameter(f"{text!r} is not a whole number{hint and f': {hint}'}")
        number = int(text)
        if number < least or (most is not None and number > most):
            bounds = f"{least} or more" if most is None else f"from {least} to {most}"
            raise typer.BadParameter(f"{number} is not {bounds}")
        return number

    return read


CityFile = Annotated[Path, typer.Argument(metavar="FILE", help="A city's configuration (YAML).")]
Replications = Annotated[
    int | None,
    typer.Option(
        metavar=NUMBER,
        parser=whole_number(1, 100_000),
        help="How many runs, each with other patients.  [default: as in FILE]",
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(
        metavar=NUMBER,
        parser=whole_number(0, SEEDS - 1),
        help="Seed of all random numbers.  [default: as in FILE]",
    ),
]
EngineName = Annotated[
    str | None, typer.Option(help="Engine that simulates; all give the same results.  [default: the fastest]")
]
WorkerCount = Annotated[
    int | None,
    typer.Option(
        metavar=NUMBER,
        parser=whole_number(1),
        help="How many processes share the work.  [default: one for each core]",
    ),
]
ResultsFolder = Annotated[
    Path | None, typer.Option(help="Folder for the results.  [default for NAME.yaml: results/NAME]")
]
Office = Annotated[
    bool, typer.Option("--office", help="Also write a two-page Word summary and six slides (needs flowsim[office]).")
]
