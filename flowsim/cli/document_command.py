"""The command that writes the model up."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flowsim.cli.commands import ConfigFile, app, exit_codes


@app.command()
def document(
    config: ConfigFile,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the documents.  [default: results/NAME OF THE CONFIGURATION/model]")
    ] = None,
) -> None:
    """Write a city's model up by the reporting standard.

    Writes the six sections of STRESS-DES with a picture of the pathway, a data dictionary, and JSON schemas for
    editors. Where values come from is read from provenance.yaml beside the configuration, and beside what it extends.

    Example: flowsim document configs/sheffield_2016_17.yaml --out docs
    """
    with exit_codes():
        from flowsim.report.document.documents import documents, write_documents

        folder = out or Path("results") / config.stem / "model"
        written = documents(config)
        write_documents(folder, written)
        typer.echo(f"Written to {folder}: {', '.join(written)}")
