"""The report of an experiment: one page, in one file, whose first sentence is the answer."""

from __future__ import annotations

import math

from flowsim.experiment.results import ExperimentResults
from flowsim.report.experiment import experiment_tables as tables
from flowsim.report.experiment.answer import answer
from flowsim.report.experiment.design_reports import report_of
from flowsim.report.experiment.experiment_figures import numbered, pictures
from flowsim.report.experiment.results_view import View
from flowsim.report.experiment.service_use import services_of
from flowsim.report.experiment.uncertainty_table import uncertainty_rows
from flowsim.report.page import render, wide_and_narrow
from flowsim.report.shared_tables import LONG_DAYS, how_it_was_run, period


def experiment_report(results: ExperimentResults) -> str:
    """Return the report of an experiment as one HTML page that loads nothing from elsewhere.

    Parameters
    ----------
    results : ExperimentResults
        Of any design. Whatever is missing or NaN is shown as an en dash or left out.

    Returns
    -------
    str
        The page.
    """
    view = View(results)
    services = services_of(view, view.best) if view.best is not None else []
    wait_heads, wait_rows = tables.wait_rows(view)
    drawn = pictures(view)
    design = report_of(view.experiment.design)
    costs_known = math.isfinite(view.mean(view.baseline, "cost_paid")["mean"])
    return render(
        "experiment.html.j2",
        view=view,
        experiment=view.experiment,
        base=view.base,
        period=period(view.base),
        runs=view.replications,
        answer=answer(view),
        tiles=tables.tiles(view),
        left_out=list(tables.shown_of(view)),
        numbers_used=design.numbers_changes(view) or any(view.short(s) != view.title(s) for s in view.shown),
        factors=[(number, view.factor_title(factor)) for number, factor in view.factors.items()],
        figures={name: wide_and_narrow(picture.svg) for name, picture in drawn.items()},
        design_heading=design.heading(view),
        design_figures=design.figures(view),
        design_tables=design.tables(view),
        heads=tables.scenario_columns(view),
        rows=tables.scenario_rows(view),
        targets=[
            (view.label(measure), view.goal_in_words(measure), goal.source)
            for measure, goal in view.experiment.goals.items()
        ],
        ranking=tables.ranking_rows(view),
        reasons=tables.reason_rows(view),
        marks=tables.MARKS,
        weekly=results.daily["date"].nunique() >= LONG_DAYS,
        services=services,
        wait_heads=wait_heads,
        waits=wait_rows,
        costs=tables.cost_rows(view, numbered(view), tables.unbeaten(view)) if costs_known and view.ranked else [],
        uncertainty=uncertainty_rows(view),
        assumptions=tables.assumptions(view),
        changed=tables.changed_settings(view),
        pairing=tables.pairing(view),
        failures=tables.failures(view),
        run=how_it_was_run(results.manifest),
    )
