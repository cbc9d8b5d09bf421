"""How uncertain an experiment's answers are, from the differences between years and from uncertain settings."""

from __future__ import annotations

import math

from flowsim.report import labels
from flowsim.report.experiment.results_view import View


def uncertainty_rows(view: View) -> list[dict[str, str]]:
    """Return the headline measures of the baseline, and how each scenario that is shown differs from it.

    Nothing without an ensemble. A dash where the two cannot be separated.
    """
    table = view.results.uncertainty
    if table is None:
        return []
    found = {(row.scenario, row.measure, row.of): row for row in table.itertuples()}
    rows = []
    for measure in view.measures:
        for scenario in [view.baseline, *view.shown]:
            of = "value" if scenario == view.baseline else "difference"
            row = found.get((scenario, measure, of))
            if row is not None:
                unit = view.unit_of(measure)
                rows.append(
                    {
                        "label": view.label(measure),
                        "title": view.short(scenario) + ("" if of == "value" else ", difference from the baseline"),
                        "mean": labels.number(row.mean, unit),
                        "settings": labels.number(row.sd_parameter, unit),
                        "years": labels.number(row.sd_stochastic, unit),
                        "share": labels.DASH if math.isnan(row.share_parameter) else f"{row.share_parameter:.0%}",
                    }
                )
    return rows
