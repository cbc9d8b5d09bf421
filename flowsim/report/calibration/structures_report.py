"""The report of an ensemble over structures: which other causes explain the same figures, and which do not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowsim.calibration.structures import StructuresFound
from flowsim.report.page import render
from flowsim.report.shared_tables import how_it_was_run


def structures_report(found: StructuresFound, manifest: Mapping[str, Any]) -> str:
    """Return the report as one HTML page that loads nothing from elsewhere."""
    first = found.every[0]
    most = max(first.fit.years, key=lambda year: first.fit.years[year][0], default="")
    return render(
        "structures.html.j2",
        city=found.calibration.city,
        found=found.every,
        fit=len(found.members),
        years=list(first.fit.years),
        series=list(first.fit.correlations),
        most=most,
        rule=found.calibration.kept_if,
        run=how_it_was_run(manifest),
    )
