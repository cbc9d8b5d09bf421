"""The report of an ensemble: how well its members match the targets, and how far apart they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowsim.calibration.calibration_tables import ensemble_fit_table, member_table
from flowsim.calibration.ensemble import Ensemble
from flowsim.report.calibration.calibration_report import not_identified
from flowsim.report.calibration.periods_report import target_labels
from flowsim.report.page import render
from flowsim.report.shared_tables import how_it_was_run, run_word


def ensemble_report(found: Ensemble, manifest: Mapping[str, Any]) -> str:
    """Return the report of an ensemble as one HTML page that loads nothing from elsewhere."""
    calibration = found.calibration
    return render(
        "ensemble.html.j2",
        city=calibration.city,
        run_word=run_word(calibration.city),
        members=len(found.points),
        drawn=found.drawn,
        waves=found.waves,
        replications=found.values.shape[1],
        fit=list(zip(target_labels(calibration), ensemble_fit_table(found).itertuples(), strict=True)),
        parameters=list(member_table(found).itertuples()),
        not_identified=not_identified([p.name for p in calibration.parameters], found.posterior),
        run=how_it_was_run(manifest),
    )
