"""The report of an experiment: one page, in one file, whose first sentence is the answer."""

from __future__ import annotations

from flowsim.experiment.results import ExperimentResults
from flowsim.report.changes_in_words import dated_rows
from flowsim.report.experiment import experiment_figures as figures
from flowsim.report.experiment import experiment_tables as tables
from flowsim.report.experiment import target
from flowsim.report.experiment.across import city_heads, city_rows
from flowsim.report.experiment.answer import answer
from flowsim.report.experiment.design_reports import report_of
from flowsim.report.experiment.first_table import first_table
from flowsim.report.experiment.money import uncosted_rows
from flowsim.report.experiment.people import AT_HOME
from flowsim.report.experiment.results_view import View
from flowsim.report.experiment.service_use import services_of
from flowsim.report.experiment.uncertainty_table import uncertainty_rows
from flowsim.report.figures.marks import GOALS, key
from flowsim.report.page import render, wide_and_narrow
from flowsim.report.shared_tables import LONG_DAYS, how_it_was_run, period, window_note


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
    drawn = {name: wide_and_narrow(picture.svg) for name, picture in figures.pictures(view).items()}
    first = figures.first_figure(view)
    design = report_of(view.experiment.design)
    cost_heads, cost_rows = tables.cost_rows(view, figures.numbered(view), tables.unbeaten(view))
    found = answer(view)
    return render(
        "experiment.html.j2",
        view=view,
        experiment=view.experiment,
        base=view.base,
        period=period(view.base),
        window_note=window_note(view.base),
        runs=view.replications,
        answer=found,
        first_figure=first and {"drawn": drawn[first.picture.name], "caption": first.caption},
        first=first_table(view) if view.ranked else None,
        left_out=list(tables.shown_of(view)),
        numbers_used=design.numbers_changes(view) or any(view.short(s) != view.title(s) for s in view.shown),
        factors=[(number, view.factor_title(factor)) for number, factor in view.factors.items()],
        figures=drawn,
        design_heading=design.heading(view),
        design_answers=[pair for pair in design.details(view) if pair[1]],
        design_figures=[f for f in design.figures(view) if first is None or f.picture.name != first.picture.name],
        design_tables=design.tables(view),
        heads=tables.scenario_columns(view),
        rows=tables.scenario_rows(view),
        against=tables.against_baseline(view),
        empty=tables.empty_measures(view),
        targets=[
            (view.label(measure), view.goal_in_words(measure), goal.source)
            for measure, goal in view.experiment.goals.items()
        ],
        goal_key=key(*GOALS.values()),
        goal_rows=target.goal_rows(view) if view.experiment.goals else [],
        certainties=target.certainties(view),
        ranking=tables.ranking_rows(view),
        ranking_caption=figures.ranking_caption(view),
        reasons=tables.reason_rows(view),
        weekly=results.daily["date"].nunique() >= LONG_DAYS,
        services=services,
        wait_heads=wait_heads,
        waits=wait_rows,
        day_91=tables.day_91_rows(view),
        day_91_empty=f"No figure: {view.why_empty(AT_HOME) or 'nobody was counted'}.",
        costs=cost_rows if view.ranked and len(cost_heads) > 1 else [],
        cost_heads=cost_heads,
        cost_caption=figures.cost_caption(view),
        uncosted=uncosted_rows(view),
        uncertainty=uncertainty_rows(view),
        city_heads=city_heads(view),
        cities=city_rows(view),
        assumptions=tables.assumptions(view),
        history=dated_rows(view.base, view.pools),
        changed=tables.changed_settings(view),
        pairing=tables.pairing(view),
        failures=tables.failures(view),
        run=how_it_was_run(results.manifest),
    )
