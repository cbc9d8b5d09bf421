"""The answer of a run for files of the office: the sentences and the figures of its report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowsim.report import labels
from flowsim.report.caveats import DIFFERENCES, INTERVALS
from flowsim.report.city.city_answer import city_answer
from flowsim.report.city.city_pictures import delayed_picture, targets_picture
from flowsim.report.city.published_figures import comparisons
from flowsim.report.labels import measure_label, number_interval, pool_labels
from flowsim.report.office.brief import Brief, made_when
from flowsim.report.shared_tables import Series, period, run_word
from flowsim.run.city_results import CityResults


def city_brief(results: CityResults, manifest: Mapping[str, Any]) -> Brief:
    """Return the answer of a run as it goes into files for the office."""
    config, summary, series = results.config, results.summary, Series(results.daily)
    rows, pools = comparisons(summary), pool_labels(config)
    found = city_answer(config, summary, series, rows, results.observed, results.why)
    replications = int(summary["replications"].max()) if len(summary) else 0
    runs = f"{replications:,} simulated {run_word(config)}{'' if replications == 1 else 's'}"
    figures = [targets_picture(rows, config), delayed_picture(series, rows)]
    table = [
        [
            *(measure_label(row.measure, pools), labels.number(row.mean, row.unit)),
            *(number_interval(row.ci_low, row.ci_high, row.unit), row.target, row.verdict),
        ]
        for row in rows
    ]
    return Brief(
        title=config.name,
        question="How many people are delayed, and how near is the simulation to the published figures?",
        setting=f"{period(config)}, {runs}",
        made=made_when(manifest),
        headline=found.headline,
        sentences=found.sentences,
        points=found.points,
        header=["Figure", "Simulated", "95% interval", "Published", "In words"],
        rows=table,
        figures=[figure for figure in figures if figure is not None],
        caveats=[INTERVALS, DIFFERENCES],
    )
