"""The results of an experiment as an Excel workbook."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from flowsim.config.city_schema import CityConfig
from flowsim.experiment.results import ExperimentResults
from flowsim.measures.dtoc import ORGANISATIONS
from flowsim.report import labels
from flowsim.report.experiment.design_reports import report_of
from flowsim.report.experiment.results_view import View
from flowsim.report.experiment.workbook_sheets import (
    HIGH,
    LOW,
    P_VALUE,
    PLAIN,
    SHARE,
    TIMES,
    Number,
    Sheet,
    by_measure,
    numbers,
    style_of,
    with_unit,
)
from flowsim.report.shared_tables import how_it_was_run

_FONT, _FILL = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1B2A38")
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_NARROWEST, _WIDEST, _PROSE = 12, 50, 110
_TENTHS = "#,##0.0"
_READ_ME = "Read me"
_RUN = ("command", "started", "engine", "seed", "versions", "configuration_hash")


def experiment_workbook(results: ExperimentResults) -> bytes:
    """Return the results of an experiment as an Excel workbook (``.xlsx``).

    Its sheets are Read me, Scenarios, Comparisons, Ranking, one for each table of the design, Monthly DTOC return and
    All measures. What is undefined is an empty cell. A sheet ends after `ROWS_AT_MOST` rows (see
    `flowsim.report.experiment.workbook_sheets`), and the first sheet says so; the files next to the workbook have
    everything.
    """
    view = View(results)
    sheets = [_scenarios(view), _comparisons(view), _ranking(view)]
    design = report_of(view.experiment.design)
    sheets += [design.sheet(view, name, table) for name, table in results.design_tables.items()]
    sheets += [_monthly_return(view), _all_measures(view)]
    workbook = Workbook(write_only=True)
    for sheet in [_read_me(view, sheets), *sheets]:
        _write(workbook, sheet)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def _read_me(view: View, sheets: Sequence[Sheet]) -> Sheet:
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
        ("", ""),
        *((f"Sheet: {sheet.title}", _about(sheet)) for sheet in sheets),
        ("", ""),
        (
            "Interval",
            "An interval (low, high) contains the true mean 19 times in 20, if the model is right. It does not cover "
            "what the model leaves out or assumes.",
        ),
        (
            "Difference",
            "Scenario minus baseline, between years with the same patients. Pairing gain: how many times wider the "
            "interval would be with different patients in each scenario.",
        ),
        (
            "p, adjusted",
            "How probable a difference this large would be by chance alone, adjusted for multiple comparisons (Holm). "
            "Below 0.05 is commonly called significant.",
        ),
        ("Empty cell", "Undefined, or without enough replications for an interval."),
        ("", ""),
        *how_it_was_run({key: results.manifest[key] for key in _RUN if key in results.manifest}),
        *((f"Failed: {f.scenario}, replication {f.replication}", f.why) for f in results.failures),
    ]
    return Sheet(_READ_ME, "", ["flowsim", view.experiment.name], [list(row) for row in rows])


def _about(sheet: Sheet) -> str:
    return sheet.about + (f" The last {sheet.left_out:,} rows are left out here." if sheet.left_out else "")


def _scenarios(view: View) -> Sheet:
    """A row a scenario: headline measures with intervals and targets."""
    header = ["Scenario", "Name", "Interventions", "Replications"]
    done = view.results.replications.groupby("scenario")["replication"].nunique()
    rows = [[s.title, s.name, _interventions(s.config), Number(done[s.name], PLAIN)] for s in view.results.scenarios]
    for measure in view.measures:
        means = [view.mean(s.name, measure) for s in view.results.scenarios]
        label = with_unit(view, measure)
        style = style_of(view.unit_of(measure), *(mean["mean"] for mean in means))
        header += [label, f"{label}: {LOW}", f"{label}: {HIGH}"]
        for row, mean in zip(rows, means, strict=True):
            row += [Number(mean[key], style) for key in ("mean", "ci_low", "ci_high")]
        if measure in view.experiment.goals:
            wanted = view.results.goals.query("measure == @measure")["goal"].iloc[0]
            header += [f"{label}: mean is {wanted}", f"{label}: share of replications {wanted}"]
            for row, s in zip(rows, view.results.scenarios, strict=True):
                share, mean_meets = view.share_met(s.name, measure)
                row += ["yes" if mean_meets else "no", Number(share, SHARE)]
    return Sheet("Scenarios", "Headline measures of every scenario, with intervals and targets.", header, rows)


def _comparisons(view: View) -> Sheet:
    header = [
        *("Measure", "Scenario", "Name", "Unit", "Baseline", "Scenario's mean", "Difference", LOW, HIGH),
        *("Relative", "p, adjusted", "Pairing gain"),
    ]

    def cells(row: Any) -> list[Any]:
        means = [view.mean(name, row.measure)["mean"] for name in (row.baseline, row.scenario)]
        return [
            *(view.label(row.measure), view.title(row.scenario), row.scenario, row.unit, *numbers(row.unit, *means)),
            *numbers(row.unit, row.difference, row.ci_low, row.ci_high),
            *(Number(row.relative, SHARE), Number(row.p_holm, P_VALUE), Number(row.pairing_gain, TIMES)),
        ]

    about = "Headline measures of every scenario compared with the baseline."
    return Sheet.of("Comparisons", about, header, by_measure(view, _compared(view)), cells)


def _ranking(view: View) -> Sheet:
    header = [
        *("Measure", "Rank", "Scenario", "Name", "Unit", "Difference", LOW, HIGH),
        *("p", "p, adjusted", "Pairing gain", "Replications"),
    ]

    def cells(row: Any) -> list[Any]:
        return [
            *(view.label(row.measure), Number(row.rank, PLAIN), view.title(row.scenario), row.scenario, row.unit),
            *numbers(row.unit, row.difference, row.ci_low, row.ci_high),
            *(Number(row.p_value, P_VALUE), Number(row.p_holm, P_VALUE), Number(row.pairing_gain, TIMES)),
            Number(row.replications, PLAIN),
        ]

    about = "Scenarios from the best to the worst, by each headline measure."
    ranked = _compared(view).sort_values("rank", kind="stable")
    return Sheet.of("Ranking", about, header, by_measure(view, ranked), cells)


def _monthly_return(view: View) -> Sheet:
    """A row a scenario, month and reason; delayed days and snapshot by organisation, as in the national return."""
    keys, counts = ["scenario", "month", "reason"], ["delayed_days", "snapshot_patients"]
    table = view.results.sitrep.groupby([*keys, "organisation"], sort=False)[counts].sum(min_count=1)
    table = table.unstack("organisation", sort=False).reindex(
        columns=pd.MultiIndex.from_product([counts, ORGANISATIONS])
    )
    names = [labels.ORGANISATIONS[organisation] for organisation in ORGANISATIONS]
    header = ["Scenario", "Name", "Month", "Code", "Reason"]
    for count in ("Delayed days", "Patients on the last Thursday"):
        header += [f"{count}: {name}" for name in [*names, "all"]]
    for count in counts:
        table[(count, "all")] = table[count].sum(axis=1, min_count=1)
    counted = [(count, name) for count in counts for name in (*ORGANISATIONS, "all")]
    columns = [f"n{i}" for i in range(len(counted))]
    flat = table[counted].set_axis(columns, axis=1).reset_index()

    def cells(row: Any) -> list[Any]:
        where = [view.title(row.scenario), row.scenario, str(row.month)[:7], row.reason, labels.REASONS[row.reason]]
        return where + [Number(getattr(row, column), _TENTHS) for column in columns]

    about = "The monthly return of delayed transfers: reasons by organisation, means over the replications."
    return Sheet.of("Monthly DTOC return", about, header, flat, cells)


def _all_measures(view: View) -> Sheet:
    header = [
        *("Scenario", "Name", "Measure", "Measure's name", "Unit", "Mean", LOW, HIGH, "Standard deviation"),
        *("Replications", "Difference", f"Difference: {LOW}", f"Difference: {HIGH}", "Relative", "p, adjusted"),
    ]
    compared = _compared(view).drop(columns=["unit", "replications"])
    table = view.results.summary.merge(compared, on=["scenario", "measure"], how="left", suffixes=("", "_difference"))

    def cells(row: Any) -> list[Any]:
        return [
            *(view.title(row.scenario), row.scenario, view.label(row.measure), row.measure, row.unit),
            *(*numbers(row.unit, row.mean, row.ci_low, row.ci_high, row.sd), Number(row.replications, PLAIN)),
            *numbers(row.unit, row.difference, row.ci_low_difference, row.ci_high_difference),
            *(Number(row.relative, SHARE), Number(row.p_holm, P_VALUE)),
        ]

    about = "Every measure of every scenario, and its difference from the baseline."
    return Sheet.of("All measures", about, header, table, cells)


def _compared(view: View) -> pd.DataFrame:
    """Return comparison and ranking in one table, in the order of the comparison."""
    return view.results.comparison.merge(view.results.ranking, on=["scenario", "measure"], how="left")


def _interventions(config: CityConfig) -> str:
    return ", ".join(place.intervention.title for place in config.interventions.values())


def _write(workbook: Workbook, sheet: Sheet) -> None:
    page = workbook.create_sheet(sheet.title)
    page.freeze_panes = "A2"
    for i in range(len(sheet.header)):
        page.column_dimensions[get_column_letter(i + 1)].width = _width(sheet, i)
    if sheet.title != _READ_ME:
        page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.header))}{len(sheet.rows) + 1}"
    page.append([_cell(page, text, font=_FONT, fill=_FILL, alignment=_WRAPPED) for text in sheet.header])
    prose = {"alignment": _WRAPPED} if sheet.title == _READ_ME else {}
    for row in sheet.rows:
        page.append([_cell(page, value, **prose) for value in row])


def _cell(page: Worksheet, value: str | Number | None, **style: Any) -> Cell | None:
    if value is None or (isinstance(value, Number) and pd.isna(value.value)):
        return None
    if isinstance(value, Number):
        cell = WriteOnlyCell(page, float(value.value))
        cell.number_format = value.style
        return cell
    cell = WriteOnlyCell(page, ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"  # a text that begins with = is no formula
    for name, what in style.items():
        setattr(cell, name, what)
    return cell


def _width(sheet: Sheet, column: int) -> int:
    if sheet.title == _READ_ME:
        return _PROSE if column else _NARROWEST * 3
    texts = [row[column] for row in sheet.rows[:1000] if isinstance(row[column], str)]
    return min(max([_NARROWEST, *(len(text) + 2 for text in texts)]), _WIDEST)
