"""The folder that holds results.

The manifest goes first when results are replaced, and comes last: a folder with a manifest is complete.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flowsim.run.atomic_files import reason, write
from flowsim.run.failures import ResultsError

RESULTS = Path("results")
MANIFEST, REPORT, WORKBOOK, FIGURES = "manifest.json", "report.html", "results.xlsx", "figures"
ANSWER = "answer.json"
_RESULTS_OF = "results_of"
SUMMARY, SLIDES = "summary.docx", "slides.pptx"
READ_BY_PEOPLE = (WORKBOOK, SUMMARY, SLIDES, REPORT)


def write_manifest(folder: Path, manifest: Mapping[str, Any], inputs: Sequence[str | Path] = ()) -> None:
    """Write the manifest of a results folder, by which it is complete.

    Parameters
    ----------
    folder : Path
        The folder.
    manifest : mapping
        What it is to hold.
    inputs : sequence of str or Path
        The files whose results these are, or the name of what comes from no file.
    """
    content = {**manifest, _RESULTS_OF: _named(folder, inputs)} if inputs else manifest
    write(folder / MANIFEST, json.dumps(content, indent=2, ensure_ascii=False).encode())


def refuse_other_results(folder: Path, inputs: Sequence[str | Path]) -> None:
    """Refuse a folder that nobody chose if it holds the results of other files: two cities may have one file name.

    Raises
    ------
    ResultsError
        If it does.
    """
    try:
        before = json.loads((folder / MANIFEST).read_text(encoding="utf-8")).get(_RESULTS_OF)
    except (OSError, ValueError, AttributeError):
        return
    if before and before != _named(folder, inputs):
        files = " and ".join(os.path.normpath(folder / name) for name in before)
        raise ResultsError(
            f"{folder}: this folder holds the results of {files}, which would be replaced; choose another folder with "
            "--out, or move these results away"
        )


def _named(folder: Path, inputs: Sequence[str | Path]) -> list[str]:
    """Return files as they are found from a folder, so that both can be moved together; texts as they are."""
    return [name if isinstance(name, str) else _from(folder, name) for name in inputs]


def _from(folder: Path, file: Path) -> str:
    try:
        return Path(os.path.relpath(file.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive, on Windows
        return file.resolve().as_posix()


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
