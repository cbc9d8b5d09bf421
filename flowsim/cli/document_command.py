"""The command that describes the model of a city."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flowsim.cli.options import CityFile
from flowsim.cli.program import exit_codes


def document(
    config: CityFile,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the documents.  [default for NAME.yaml: results/NAME/model]")
    ] = None,
) -> None:
    """Describe the model of a city by the reporting standard.

    Writes the six sections of STRESS-DES with a picture of the pathway, a data dictionary, and JSON schemas for
    editors. Where values come from is read from provenance.yaml in the folder of the configuration, and of what it
    extends.

    Example: flowsim document configs/sheffield_2016_17.yaml --out docs
    """
    with exit_codes():
        from flowsim.workflow.document_city import document_city, document_folder

        folder = out or document_folder(config)
        written = document_city(config, out)
        typer.echo(f"Written to {folder}: {', '.join(written)}")
