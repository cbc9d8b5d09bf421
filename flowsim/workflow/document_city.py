"""From a city to a folder with the description of its model."""

from __future__ import annotations

from pathlib import Path

from flowsim.config.shipped import city_file
from flowsim.report.document.documents import documents, write_documents
from flowsim.run.results_folder import refuse_other_results, write_manifest
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
        If a document cannot be written, or the folder that is usual for this name holds those of another file.
    """
    folder = document_folder(city) if out is None else Path(out)
    file = city_file(city)
    if out is None:
        refuse_other_results(folder.parent, [file])
        refuse_other_results(folder, [file])
    texts = documents(file)
    write_documents(folder, texts)
    if out is None:
        write_manifest(folder, {}, [file])
    return list(texts)
