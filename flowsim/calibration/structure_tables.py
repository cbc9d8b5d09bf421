"""The structures of an ensemble, in tables."""

from __future__ import annotations

import pandas as pd

from flowsim.calibration.structures import StructuresFound


def structure_table(found: StructuresFound) -> pd.DataFrame:
    """Return how each structure fits, with patients that were not used in its fit.

    Returns
    -------
    pandas.DataFrame
        One row a structure: ``structure``, ``title``, ``fits``, ``loss`` (squared standard deviations by which the
        targets are missed); for each financial year ``published``, ``simulated`` and ``without_queues`` (delayed people
        on an average day; the last with endless services in the community), such as ``simulated 2016/17``; the
        correlation of the months of each series with the published ones, such as ``correlation All``; ``at_a_bound``;
        ``why_not``.
    """
    rows = []
    for its in found.every:
        row: dict[str, object] = {
            "structure": its.name,
            "title": its.title,
            "fits": not its.why_not,
            "loss": its.fit.loss,
        }
        for year, (published, simulated) in its.fit.years.items():
            row |= {f"published {year}": published, f"simulated {year}": simulated}
            row[f"without_queues {year}"] = its.fit.floor[year]
        row |= {f"correlation {name}": value for name, value in its.fit.correlations.items()}
        rows.append({**row, "at_a_bound": ", ".join(its.at_a_bound), "why_not": its.why_not})
    return pd.DataFrame(rows)


def structure_settings_table(found: StructuresFound) -> pd.DataFrame:
    """Return what differs in each structure.

    Returns
    -------
    pandas.DataFrame
        One row a structure and setting: ``structure``, ``path``, ``value``.
    """
    rows = [(its.name, path, value) for its in found.every for path, value in its.settings.items()]
    return pd.DataFrame(rows, columns=["structure", "path", "value"])
