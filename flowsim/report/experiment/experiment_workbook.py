"""The results of an experiment as an Excel workbook."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from flowsim.config.city_schema import CityConfig
from flowsim.experiment.results import ExperimentResults
from flowsim.measures.catalogue import units
from flowsim.report.experiment import experiment_tables as tables
from flowsim.report.experiment.design_reports import report_of
from flowsim.report.experiment.experiment_brief import experiment_brief
from flowsim.report.experiment.experiment_figures import DAYS
from flowsim.report.experiment.results_view import View
from flowsim.report.experiment.workbook_sheets import by_measure, cost_of, with_unit
from flowsim.report.office.charts import BARS, LINES, POINTS, Chart, Series
from flowsim.report.office.daily_sheet import DATE, daily_sheet, series_label
from flowsim.report.office.daily_sheet import TITLE as DAILY
from flowsim.report.office.return_sheet import return_sheet
from flowsim.report.office.settings_sheet import assumptions_sheet
from flowsim.report.office.sheets import (
    HIGH,
    LOW,
    P_VALUE,
    PLAIN,
    SHARE,
    TIMES,
    Number,
    Sheet,
    Value,
    numbers,
    style_of,
    table_sheet,
    unit_in_words,
)
from flowsim.report.office.write_workbook import workbook_bytes
from flowsim.report.shared_tables import how_it_was_run

RANKING, COSTS = "Ranking", "Cost and days"
_RUN = ("command", "started", "engine", "seed", "versions", "configuration_hash")
_ASSUMPTION = "assumption"  # how a source begins that is none
_BARS_AT_MOST = 20
_NUMBER, _BELOW, _ABOVE = "Number", "From low to the difference", "From the difference to high"
_DAYS, _COST = "Delayed days: difference", "Cost: difference"


def experiment_workbook(results: ExperimentResults) -> bytes:
    """Return the results of an experiment as an Excel workbook (``.xlsx``).

    Its sheets are Answer, Charts, Scenarios, Goals, Comparisons, Ranking, one for each table of the design, Cost and
    days, Daily series, Monthly DTOC return, All measures, Assumptions and Notes. What is undefined is an empty cell. A
    sheet ends after `ROWS_AT_MOST` rows (see `flowsim.report.office.sheets`), and the first sheet says so; the files
    next to the workbook have everything.
    """
    view = View(results)
    design = report_of(view.experiment.design)
    sheets = [_scenarios(view), *([_goals(view)] if len(results.goals) else []), _comparisons(view), _ranking(view)]
    sheets += [design.sheet(view, name, table) for name, table in results.design_tables.items()]
    if results.uncertainty is not None:
        sheets.append(table_sheet("uncertainty", results.uncertainty))
    if results.across_cities is not None:
        sheets.append(table_sheet("across_cities", results.across_cities))
    sheets += [_costs(view), _daily(view), return_sheet(view.base, results.sitrep, view.title), _all_measures(view)]
    sheets += [assumptions_sheet(view.base, list(_intervention_rows(view))), _notes(view)]
    brief = experiment_brief(view)
    return workbook_bytes(brief, sheets, list(_charts(view, brief.headline, sheets)), _HOW_TO_READ)


_HOW_TO_READ = (
    "An interval (low, high) contains the true mean 19 times in 20, if the model is right. It does not cover what the "
    "model leaves out or assumes.",
    "A difference is scenario minus baseline, between years with the same patients. Pairing gain: how many times wider "
    "the interval would be with different patients in each scenario.",
    "p, adjusted: how probable a difference this large would be by chance alone, adjusted for multiple comparisons "
    "(Holm). Below 0.05 is commonly called significant.",
    "An empty cell is undefined, or without enough replications for an interval.",
)


def _notes(view: View) -> Sheet:
    results = view.results
    goals = dict(zip(results.goals["measure"], results.goals["goal"], strict=True))
    rows = [
        ("Question", view.experiment.question),
        ("City", view.base.name),
        ("Scenarios", f"{len(results.scenarios):,}, compared with: {view.title(view.baseline)}"),
        (
            "Replications",
            f"up to {view.replications:,}, each with its own patients, who are the same in every scenario",
        ),
        *((f"Target: {view.label(measure)}", goal) for measure, goal in goals.items()),
        *how_it_was_run({key: results.manifest[key] for key in _RUN if key in results.manifest}),
        *((f"Failed: {f.scenario}, replication {f.replication}", f.why) for f in results.failures),
    ]
    return Sheet("Notes", "How it was run, and what is missing.", ["What", "Text"], rows, wraps=True)


def _scenarios(view: View) -> Sheet:
    """A row a scenario: headline measures with intervals and targets."""
    header, ends = ["Scenario"], []
    done = view.results.replications.groupby("scenario")["replication"].nunique()
    rows: list[list[Value]] = [[s.title] for s in view.results.scenarios]
    more: list[list[Value]] = [[] for _ in rows]
    for measure in view.measures:
        means = [view.mean(s.name, measure) for s in view.results.scenarios]
        label = with_unit(view, measure)
        style = style_of(view.unit_of(measure), *(mean["mean"] for mean in means))
        header.append(label)
        ends += [f"{label}: {LOW}", f"{label}: {HIGH}"]
        for row, end, mean in zip(rows, more, means, strict=True):
            row.append(Number(mean["mean"], style))
            end += [Number(mean[key], style) for key in ("ci_low", "ci_high")]
        if measure in view.experiment.goals:
            goal = view.experiment.goals[measure]
            wanted = goal.limit_in_words
            header += [f"{label}: mean is {wanted}", f"{label}: share of replications {wanted}"]
            for row, s, mean in zip(rows, view.results.scenarios, means, strict=True):
                row += ["yes" if goal.met_by(mean["mean"]) else "no", Number(view.share_met(s.name, measure)[0], SHARE)]
    for row, end, s in zip(rows, more, view.results.scenarios, strict=True):
        row += [*end, Number(done[s.name], PLAIN), _interventions(s.config), s.name]
    header += [*ends, "Replications", "Interventions", "Name"]
    return Sheet("Scenarios", "Headline measures of every scenario, with targets and intervals.", header, rows)


def _goals(view: View) -> Sheet:
    """A row a scenario and goal: the verdict, and what it rests on; then a row a scenario for all goals at once."""
    header = [
        *("Measure", "Goal", "Scenario", "Name", "Certainty", "Verdict", "Mean, or share of years", "Lower bound"),
        *("Upper bound", "Unit", "Share of replications within the limit", LOW, HIGH, "Replications"),
    ]
    order = list(view.experiment.goals)

    def place(names: pd.Series) -> pd.Series:
        return names.map(order.index)

    rows: list[list[Value]] = []
    for row in view.results.goals.sort_values("measure", key=place, kind="stable").itertuples():
        on_years = view.experiment.goals[row.measure].in_share_of_years is not None
        unit = "share" if on_years else view.unit_of(row.measure)
        rows.append(
            [
                *(view.label(row.measure), row.goal, view.title(row.scenario), row.scenario),
                *(Number(row.certainty, SHARE), row.verdict, *numbers(unit, row.estimate, row.low, row.high)),
                *("of years" if on_years else unit_in_words(unit), Number(row.share_met, SHARE)),
                *(Number(row.ci_low, SHARE), Number(row.ci_high, SHARE), Number(row.replications, PLAIN)),
            ]
        )
    for row in view.results.all_goals.itertuples():
        shares = [Number(value, SHARE) for value in (row.share_met, row.ci_low, row.ci_high)]
        named = [f"All {row.goals} goals at once", "", view.title(row.scenario), row.scenario]
        rows.append([*named, *[""] * 6, *shares, Number(row.replications, PLAIN)])
    about = (
        "Whether each goal is met for certain. Each of the two bounds holds with the certainty on its own; the "
        "interval of the share of replications (low, high) is one of 95%."
    )
    return Sheet("Goals", about, header, rows, names=2)


def _comparisons(view: View) -> Sheet:
    header = [
        *("Measure", "Scenario", "Name", "Unit", "Baseline", "Scenario's mean", "Difference", LOW, HIGH),
        *("Relative", "p, adjusted", "Pairing gain", "How clear"),
    ]

    def cells(row: Any) -> list[Value]:
        means = [view.mean(name, row.measure)["mean"] for name in (row.baseline, row.scenario)]
        return [
            *(view.label(row.measure), view.title(row.scenario), row.scenario, unit_in_words(row.unit)),
            *(*numbers(row.unit, *means), *numbers(row.unit, row.difference, row.ci_low, row.ci_high)),
            *(Number(row.relative, SHARE), Number(row.p_holm, P_VALUE), Number(row.pairing_gain, TIMES)),
            _how_clear(view, row.scenario, row.measure),
        ]

    about = "Headline measures of every scenario compared with the baseline."
    return Sheet.of("Comparisons", about, header, by_measure(view, _compared(view)), cells, names=2, pages=2)


def _ranking(view: View) -> Sheet:
    header = [
        *("Measure", "Rank", "Scenario", "Name", "Unit", "Difference", LOW, HIGH, "How clear"),
        *("p", "p, adjusted", "Pairing gain", "Replications", _BELOW, _ABOVE),
    ]

    def cells(row: Any) -> list[Value]:
        ends = (row.difference - row.ci_low, row.ci_high - row.difference)
        return [
            *(view.label(row.measure), Number(row.rank, PLAIN), view.title(row.scenario), row.scenario),
            *(unit_in_words(row.unit), *numbers(row.unit, row.difference, row.ci_low, row.ci_high)),
            *(_how_clear(view, row.scenario, row.measure), Number(row.p_value, P_VALUE), Number(row.p_holm, P_VALUE)),
            *(Number(row.pairing_gain, TIMES), Number(row.replications, PLAIN), *numbers(row.unit, *ends)),
        ]

    about = "Scenarios from the best to the worst, by each headline measure."
    ranked = _compared(view).sort_values("rank", kind="stable")
    return Sheet.of(RANKING, about, header, by_measure(view, ranked), cells, names=3)


def _costs(view: View) -> Sheet:
    """A row a scenario: what it does to delayed days and to cost, then every amount of money that is counted."""
    found = view.results.summary
    unit = found["measure"].map(units(found["measure"].unique()))
    money = list(dict.fromkeys(found.loc[unit == "gbp", "measure"]))
    header = [_NUMBER, "Scenario", "Name", _DAYS, _COST, f"{_COST}, {LOW}", f"{_COST}, {HIGH}"]
    header += [with_unit(view, measure) for measure in money]
    rows: list[list[Value]] = []
    paid = cost_of(view)
    for i, name in enumerate([view.baseline, *view.ranked]):
        days, cost = view.difference(name, DAYS), view.difference(name, paid)
        change = (cost.value, cost.low, cost.high) if i else (0.0, math.nan, math.nan)
        row: list[Value] = [Number(i, PLAIN), view.title(name), name]
        row += [*numbers("days", days.value if i else 0.0), *numbers("gbp", *change)]
        rows.append(row + [Number(view.mean(name, measure)["mean"], style_of("gbp")) for measure in money])
    about = "Delayed days and cost of every scenario in a year, compared with the baseline, and all amounts of money."
    return Sheet(COSTS, about, header, rows if money else [], names=2)


def _daily(view: View) -> Sheet:
    """A row a day: people delayed in each scenario of the page, then everything counted daily in baseline and best."""
    daily = view.results.daily
    names = [view.baseline, *view.shown]
    shown = daily[daily["scenario"].isin(names)]
    by = {key: part.set_index("date")["mean"] for key, part in shown.groupby(["scenario", "measure"], observed=True)}
    wanted = [(name, "delayed") for name in names]
    measures = [str(measure) for measure in daily["measure"].unique() if measure != "delayed"]
    wanted += [(name, measure) for measure in measures for name in names[:2]]
    columns = {_series_name(view, *key): by[key] for key in wanted if key in by}
    about = (
        "Means of each day at midnight: people delayed in each scenario, then the other series of the baseline and of "
        "the best scenario."
    )
    return daily_sheet(about, columns)


def _series_name(view: View, scenario: str, measure: str) -> str:
    """Return the name of the column of a daily series; scenarios that have the same title are told apart."""
    title = view.short(scenario)
    same = [name for name in view.scenarios if view.short(name) == title]
    return f"{series_label(measure, view.pools)}: {title}{f' ({scenario})' if len(same) > 1 else ''}"


def _all_measures(view: View) -> Sheet:
    header = [
        *("Scenario", "Measure", "Name", "Measure's name", "Unit", "Mean", LOW, HIGH, "Standard deviation"),
        *("Replications", "Difference", f"Difference: {LOW}", f"Difference: {HIGH}", "Relative", "p, adjusted"),
    ]
    compared = _compared(view).drop(columns=["unit", "replications"])
    table = view.results.summary.merge(compared, on=["scenario", "measure"], how="left", suffixes=("", "_difference"))

    def cells(row: Any) -> list[Value]:
        return [
            *(view.title(row.scenario), view.label(row.measure), row.scenario, row.measure, unit_in_words(row.unit)),
            *(*numbers(row.unit, row.mean, row.ci_low, row.ci_high, row.sd), Number(row.replications, PLAIN)),
            *numbers(row.unit, row.difference, row.ci_low_difference, row.ci_high_difference),
            *(Number(row.relative, SHARE), Number(row.p_holm, P_VALUE)),
        ]

    about = "Every measure of every scenario, and its difference from the baseline."
    return Sheet.of("All measures", about, header, table, cells, names=2)


def _intervention_rows(view: View) -> Iterator[list[Value]]:
    """Yield rows for what each intervention changes and costs, and for its evidence, in the columns of the sheet."""

    def row(what: str, text: str, value: str = "", unit: str = "", source: str = "") -> list[Value]:
        assumed = "no" if source and not source.lower().startswith(_ASSUMPTION) else "yes"
        return [what, text, value, unit, assumed, "the intervention", source, "", ""]

    for found in tables.assumptions(view):
        title, first = found["title"], next(iter(found["evidence"]), None)
        yield row(f"{title}: reach", found["what"], found["reach"], source="" if first is None else first.source)
        for setting, change in found["changes"]:
            yield [f"{title}: change", setting, change, "", "see evidence", "the intervention", "", "", ""]
        for evidence in found["evidence"]:
            yield row(f"{title}: evidence", evidence.says, source=evidence.source)
        yield row(f"{title}: cost", "Cost of its own", found["cost"], unit_in_words("gbp"), found["cost_source"])


def _charts(view: View, answer: str, sheets: Sequence[Sheet]) -> Iterator[Chart]:
    what = view.label(view.headline)
    ranked = [name for name in view.ranked if math.isfinite(view.difference(name, view.headline).value)]
    shown = ranked[:_BARS_AT_MOST]
    if shown:
        some = "" if len(shown) == len(ranked) else f" of the best {len(shown)} of {len(ranked)} scenarios"
        yield Chart(
            BARS, f"{what}: difference from the baseline{some}, with 95% intervals", answer, RANKING, "Scenario",
            [Series("Difference", what, _BELOW, _ABOVE)], len(shown), f"{what}: difference from the baseline",
            style=style_of(view.unit, *(view.difference(name, view.headline).value for name in shown)),
        )  # fmt: skip
    daily = next(sheet for sheet in sheets if sheet.title == DAILY)
    compared = [name for name in (view.baseline, view.best) if name is not None]
    columns = [(_series_name(view, name, "delayed"), name) for name in compared]
    drawn = [Series(column, view.short(name)) for column, name in columns if column in daily.header]
    if drawn:
        yield Chart(
            LINES, "People delayed each day", _through_the_year(view, compared), DAILY, DATE, drawn, len(daily.rows),
            up_title="People delayed at midnight",
        )  # fmt: skip
    paid = cost_of(view)
    known = [name for name in view.ranked if math.isfinite(view.difference(name, paid).value)]
    if known and len(known) == len(view.ranked):
        yield Chart(
            POINTS, "Cost and delayed days in a year: difference of each scenario from the baseline, which is 0",
            _least_cost(view, known, paid), COSTS, _DAYS, [Series(_COST)],
            min(len(known), _BARS_AT_MOST) + 1, "Delayed days", "Cost", style_of("gbp"), labels=_NUMBER,
        )  # fmt: skip


def _through_the_year(view: View, names: Sequence[str]) -> str:
    texts = []
    for name in names:
        rows = view.daily(name, "delayed")
        if rows is not None and rows["mean"].notna().any():
            texts.append(f"{view.short(name)}: {rows['mean'].min():,.0f} to {rows['mean'].max():,.0f} people")
    return f"The lowest and the highest day. {'; '.join(texts)}."


def _least_cost(view: View, names: Sequence[str], paid: str) -> str:
    fewest = min(names, key=lambda name: view.difference(name, DAYS).value)
    cheapest = min(names, key=lambda name: view.difference(name, paid).value)
    return (
        f"Fewest delayed days: {view.short(fewest)}. Lowest cost: {view.short(cheapest)}. The numbers at the points "
        f"are those of the sheet {COSTS}."
    )


def _how_clear(view: View, scenario: str, measure: str) -> str:
    found = view.difference(scenario, measure)
    return tables.GRADES[found.grade] if math.isfinite(found.value) else ""


def _compared(view: View) -> pd.DataFrame:
    """Return comparison and ranking in one table, in the order of the comparison."""
    return view.results.comparison.merge(view.results.ranking, on=["scenario", "measure"], how="left")


def _interventions(config: CityConfig) -> str:
    return ", ".join(place.intervention.title for place in config.interventions.values())
