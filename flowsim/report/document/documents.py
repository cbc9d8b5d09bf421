"""What ``flowsim document`` writes: the model's report, the picture of its pathway, the data dictionary, schemas."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flowsim.config.value_sources import Sources
from flowsim.model.city_network import build_calendars, build_network
from flowsim.model.effective_city import effective_city
from flowsim.report.document.data_dictionary import data_dictionary
from flowsim.report.document.editor_schema import editor_schemas
from flowsim.report.document.pathway_drawing import pathway_svg
from flowsim.report.document.stress_des import stress_des
from flowsim.run.failures import ResultsError
from flowsim.run.load_city import load_config

REPORT, PICTURE, DICTIONARY, SCHEMAS = "stress_des.md", "stress_des.svg", "data_dictionary.md", "schema"


def documents(path: Path) -> dict[str, str]:
    """Return the documents of a configuration: their text, by path within the folder that holds them all.

    The same configuration gives the same text on every machine and on every day.

    Raises
    ------
    ConfigError
        If the configuration is not sound, or a provenance file in its folder or in that of what it extends.
    """
    config = load_config(path)
    city = effective_city(config)
    network = build_network(city, build_calendars(city))
    sources = Sources(path)
    return {
        REPORT: stress_des(config, network, sources, path.name, PICTURE),
        PICTURE: pathway_svg(config, network),
        DICTIONARY: data_dictionary(config, sources, path.name),
        **{f"{SCHEMAS}/{name}": text for name, text in editor_schemas().items()},
    }


def write_documents(folder: Path, texts: Mapping[str, str]) -> None:
    """Write documents into a folder; files of the same names are replaced.

    Raises
    ------
    ResultsError
        If one cannot be written.
    """
    for name, text in texts.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        except OSError as error:
            raise ResultsError(f"{path}: cannot be written: {(error.strerror or str(error)).lower()}") from None
