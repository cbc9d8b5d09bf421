"""Arguments and options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SEEDS = 2**63

CityFile = Annotated[Path, typer.Argument(metavar="FILE", help="A city's configuration (YAML).")]
Replications = Annotated[
    int | None,
    typer.Option(min=1, max=100_000, help="How many runs, each with other patients.  [default: as in FILE]"),
]
Seed = Annotated[
    int | None, typer.Option(min=0, max=SEEDS - 1, help="Seed of all random numbers.  [default: as in FILE]")
]
EngineName = Annotated[
    str | None, typer.Option(help="Engine that simulates; all give the same results.  [default: the fastest]")
]
WorkerCount = Annotated[
    int | None, typer.Option(min=1, help="How many processes share the work.  [default: one for each core]")
]
Office = Annotated[
    bool, typer.Option("--office", help="Also write a two-page Word summary and six slides (needs flowsim[office]).")
]
