"""The folder that holds results.

The manifest goes first when results are replaced, and comes last: a folder with a manifest is complete.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flowsim.run.atomic_files import reason, write
from flowsim.run.failures import ResultsError

RESULTS = Path("results")
MANIFEST, REPORT, WORKBOOK, FIGURES = "manifest.json", "report.html", "results.xlsx", "figures"
SUMMARY, SLIDES = "summary.docx", "slides.pptx"
READ_BY_PEOPLE = (WORKBOOK, SUMMARY, SLIDES, REPORT)


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest of a results folder, by which it is complete."""
    write(folder / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False).encode())


@contextmanager
def replacing_results(folder: Path) -> Iterator[None]:
    """Let results be written to a folder: whatever happens, old results and new ones are not taken for one another.

    Raises
    ------
    ResultsError
        If a file cannot be written, such as on a full disk. The folder has no manifest then.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MANIFEST).unlink(missing_ok=True)
        yield
    except OSError as error:
        raise ResultsError(f"{folder}: the results could not be written: {reason(error, folder)}") from None


def check_writable(folder: Path) -> None:
    """Try whether results can be written in a folder, before any work is done; nothing stays behind.

    Raises
    ------
    ResultsError
        If they cannot.
    """
    try:
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        try:
            write(folder / f".trial-{os.getpid()}", b"flowsim").unlink()
        finally:
            for path in missing:
                path.rmdir()
    except OSError as error:
        raise ResultsError(f"{folder}: results cannot be written here: {reason(error, folder)}") from None
