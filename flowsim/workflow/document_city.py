"""From a city to a folder with the description of its model."""

from __future__ import annotations

from pathlib import Path

from flowsim.config.shipped import city_file
from flowsim.report.document.documents import documents, write_documents
from flowsim.workflow.run_city import city_folder


def document_folder(city: str | Path) -> Path:
    """Return where the documents of a city go if nothing else is wanted."""
    return city_folder(city) / "model"


def document_city(city: str | Path, out: str | Path | None = None) -> list[str]:
    """Describe the model of a city by the reporting standard, and write the documents.

    Parameters
    ----------
    city : str or Path
        A configuration file (YAML).
    out : str or Path, optional
        Folder for the documents; ``results/<name of the file>/model`` if left out.

    Returns
    -------
    list of str
        The files that were written, relative to the folder.

    Raises
    ------
    ConfigError
        If the city is not sound, or the file that says where its values come from.
    ResultsError
        If a document cannot be written.
    """
    folder = document_folder(city) if out is None else Path(out)
    texts = documents(city_file(city))
    write_documents(folder, texts)
    return list(texts)
