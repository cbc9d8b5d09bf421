"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

SEEDS = 2**63

Replications = Annotated[
    int | None,
    typer.Option(min=1, max=100_000, help="How many times, each with other patients.  [default: as configured]"),
]
Seed = Annotated[int | None, typer.Option(min=0, max=SEEDS - 1, help="Seed of all chance.  [default: as configured]")]
EngineName = Annotated[
    str | None, typer.Option(help="Engine that simulates; all give the same results.  [default: the fastest]")
]
WorkerCount = Annotated[
    int | None, typer.Option(min=1, help="Processes that share the work.  [default: one for each core]")
]
