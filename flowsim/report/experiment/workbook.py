"""The results of an experiment as an Excel workbook: planners live there."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from flowsim.config.city_schema import CityConfig
from flowsim.experiment.results import ExperimentResults
from flowsim.measures.dtoc import ORGANISATIONS
from flowsim.report import labels
from flowsim.report.experiment.results_view import View
from flowsim.report.shared_tables import how_it_was_run

ROWS_AT_MOST = 50_000  # of a sheet: more than anybody scrolls through, and as much as opens at once
_FONT, _FILL = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1B2A38")
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_NARROWEST, _WIDEST, _PROSE = 12, 50, 110
_SHARE, _WHOLE, _TENTHS, _HUNDREDTHS = "0.0%", "#,##0", "#,##0.0", "#,##0.00"
_PLAIN, _P_VALUE, _TIMES = "0", "0.0000", "0.0"
_LOW, _HIGH = "low (95%)", "high (95%)"
_READ_ME = "Read me"
_RUN = ("command", "started", "engine", "seed", "versions", "configuration_hash")


@dataclass(frozen=True, slots=True)
class _Number:
    """A number, and how Excel is to show it."""

    value: float
    style: str


@dataclass(frozen=True)
class _Sheet:
    """A sheet before it is written.

    Attributes
    ----------
    title : str
        On its tab.
    about : str
        What the first sheet says of it.
    header : list of str
        The first row, which stays in sight.
    rows : list of list
        Texts and numbers; None is an empty cell.
    left_out : int
        How many rows there would be besides.
    """

    title: str
    about: str
    header: list[str]
    rows: list[list[Any]]
    left_out: int = 0

    @classmethod
    def of(
        cls, title: str, about: str, header: list[str], table: pd.DataFrame, row_of: Callable[[Any], list[Any]]
    ) -> _Sheet:
        """Make a sheet with a row for each of a table's, as far as there is room."""
        rows = [row_of(row) for row in table.head(ROWS_AT_MOST).itertuples(index=False)]
        return cls(title, about, header, rows, len(table) - len(rows))


def experiment_workbook(results: ExperimentResults) -> bytes:
    """Return the results of an experiment as an Excel workbook (``.xlsx``).

    Its sheets are Read me, Scenarios, Comparisons, Ranking, Effects (of a factorial), Steps (of `best_next`), Monthly
    DTOC return and All measures. What is undefined is an empty cell. A sheet ends after `ROWS_AT_MOST` rows, and the
    first sheet says so; the files beside the workbook have everything.
    """
    view = View(results)
    sheets = [_scenarios(view), _comparisons(view), _ranking(view)]
    if results.effects is not None:
        sheets.append(_effects(view, results.effects))
    if results.steps is not None:
        sheets.append(_steps(view, results.steps))
    sheets += [_monthly_return(view), _all_measures(view)]
    workbook = Workbook(write_only=True)
    for sheet in [_read_me(view, sheets), *sheets]:
        _write(workbook, sheet)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def _read_me(view: View, sheets: Sequence[_Sheet]) -> _Sheet:
    results = view.results
    goals = dict(zip(results.goals["measure"], results.goals["goal"], strict=True))
    said = [
        ("Question", view.experiment.question),
        ("City", view.base.name),
        ("Scenarios", f"{len(results.scenarios):,}, compared with: {view.title(view.baseline)}"),
        ("Replications", f"{view.replications:,} at most, each with other patients; the same in every scenario"),
        *((f"Target: {view.label(measure)}", goal) for measure, goal in goals.items()),
        ("", ""),
        *((f"Sheet: {sheet.title}", _about(sheet)) for sheet in sheets),
        ("", ""),
        (
            "How sure",
            "An interval (low, high) holds the true mean 19 times in 20, if the model is right. It says nothing of "
            "what the model leaves out or assumes.",
        ),
        (
            "Difference",
            "Scenario less baseline, between years with the same patients. Pairing gain: how many times wider the "
            "interval would be with other patients in each scenario.",
        ),
        (
            "p, adjusted",
            "How probable a difference so large would be by chance alone, allowing for the number of scenarios that "
            "are compared (Holm). Below 0.05 is commonly called significant.",
        ),
        ("Empty cell", "Undefined, or without enough replications for an interval."),
        ("", ""),
        *how_it_was_run({key: results.manifest[key] for key in _RUN if key in results.manifest}),
        *((f"Failed: {f.scenario}, replication {f.replication}", f.why) for f in results.failures),
    ]
    return _Sheet(_READ_ME, "", ["flowsim", view.experiment.name], [list(row) for row in said])


def _about(sheet: _Sheet) -> str:
    return sheet.about + (f" The last {sheet.left_out:,} rows are left out here." if sheet.left_out else "")


def _scenarios(view: View) -> _Sheet:
    """A row a scenario: headline measures with intervals and targets."""
    header = ["Scenario", "Name", "Interventions", "Replications"]
    done = view.results.replications.groupby("scenario")["replication"].nunique()
    rows = [[s.title, s.name, _interventions(s.config), _Number(done[s.name], _PLAIN)] for s in view.results.scenarios]
    for measure in view.measures:
        means = [view.mean(s.name, measure) for s in view.results.scenarios]
        label = _with_unit(view, measure)
        style = _style(view.unit_of(measure), *(mean["mean"] for mean in means))
        header += [label, f"{label}: {_LOW}", f"{label}: {_HIGH}"]
        for row, mean in zip(rows, means, strict=True):
            row += [_Number(mean[key], style) for key in ("mean", "ci_low", "ci_high")]
        if measure in view.experiment.targets:
            goal = view.results.goals.query("measure == @measure").set_index("scenario")
            wanted = goal["goal"].iloc[0]
            header += [f"{label}: mean is {wanted}", f"{label}: share of replications {wanted}"]
            for row, s in zip(rows, view.results.scenarios, strict=True):
                share, mean_meets = view.share_met(s.name, measure)
                row += ["yes" if mean_meets else "no", _Number(share, _SHARE)]
    return _Sheet("Scenarios", "Headline measures of every scenario, with intervals and targets.", header, rows)


def _comparisons(view: View) -> _Sheet:
    header = [
        *("Measure", "Scenario", "Name", "Unit", "Baseline", "Scenario's mean", "Difference", _LOW, _HIGH),
        *("Relative", "p, adjusted", "Pairing gain"),
    ]

    def cells(row: Any) -> list[Any]:
        means = [view.mean(name, row.measure)["mean"] for name in (row.baseline, row.scenario)]
        return [
            *(view.label(row.measure), view.title(row.scenario), row.scenario, row.unit, *_numbers(row.unit, *means)),
            *_numbers(row.unit, row.difference, row.ci_low, row.ci_high),
            *(_Number(row.relative, _SHARE), _Number(row.p_holm, _P_VALUE), _Number(row.pairing_gain, _TIMES)),
        ]

    about = "Headline measures of every scenario beside the baseline's."
    return _Sheet.of("Comparisons", about, header, _by_measure(view, _compared(view)), cells)


def _ranking(view: View) -> _Sheet:
    header = [
        *("Measure", "Rank", "Scenario", "Name", "Unit", "Difference", _LOW, _HIGH),
        *("p", "p, adjusted", "Pairing gain", "Replications"),
    ]

    def cells(row: Any) -> list[Any]:
        return [
            *(view.label(row.measure), _Number(row.rank, _PLAIN), view.title(row.scenario), row.scenario, row.unit),
            *_numbers(row.unit, row.difference, row.ci_low, row.ci_high),
            *(_Number(row.p_value, _P_VALUE), _Number(row.p_holm, _P_VALUE), _Number(row.pairing_gain, _TIMES)),
            _Number(row.replications, _PLAIN),
        ]

    about = "Scenarios from the best to the worst, by each headline measure."
    ranked = _compared(view).sort_values("rank", kind="stable")
    return _Sheet.of("Ranking", about, header, _by_measure(view, ranked), cells)


def _effects(view: View, effects: pd.DataFrame) -> _Sheet:
    header = [
        *("Measure", "Effect", "Factor", "With factor", "Unit", "Difference", _LOW, _HIGH, "p, adjusted", "Together"),
    ]
    titles = {name: view.factor_title(name) for name in effects["factor"].unique()}
    titles |= {name: view.factor_title(name) for name in effects["with_factor"].unique() if name}

    def cells(row: Any) -> list[Any]:
        return [
            *(view.label(row.measure), row.effect, titles[row.factor], titles.get(row.with_factor, ""), row.unit),
            *_numbers(row.unit, row.difference, row.ci_low, row.ci_high),
            *(_Number(row.p_holm, _P_VALUE), row.together),
        ]

    about = (
        "What each change does on average over all combinations of the others (main), and what two of them do together "
        "less the sum of what each does alone (interaction)."
    )
    return _Sheet.of("Effects", about, header, _by_measure(view, effects), cells)


def _steps(view: View, steps: pd.DataFrame) -> _Sheet:
    measure = steps["measure"].iloc[0]
    label, unit = _with_unit(view, measure), view.unit_of(measure)
    header = [
        *("Step", "Added", "Scenario", "Name", label, _LOW, _HIGH),
        *("Better than the step before by", f"Gain: {_LOW}", f"Gain: {_HIGH}"),
    ]

    def cells(row: Any) -> list[Any]:
        added = view.factor_title(row.added) if row.added else ""
        return [
            *(_Number(row.step, _PLAIN), added, row.title, row.scenario),
            *_numbers(unit, row.mean, row.ci_low, row.ci_high),
            *_numbers(unit, row.gain, row.gain_ci_low, row.gain_ci_high),
        ]

    return _Sheet.of("Steps", "In which order: each step adds the change that helps most.", header, steps, cells)


def _monthly_return(view: View) -> _Sheet:
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
    numbers = [(count, name) for count in counts for name in (*ORGANISATIONS, "all")]
    columns = [f"n{i}" for i in range(len(numbers))]
    flat = table[numbers].set_axis(columns, axis=1).reset_index()

    def cells(row: Any) -> list[Any]:
        where = [view.title(row.scenario), row.scenario, str(row.month)[:7], row.reason, labels.REASONS[row.reason]]
        return where + [_Number(getattr(row, column), _TENTHS) for column in columns]

    about = "The monthly return of delayed transfers: reasons by organisation, means over the replications."
    return _Sheet.of("Monthly DTOC return", about, header, flat, cells)


def _all_measures(view: View) -> _Sheet:
    header = [
        *("Scenario", "Name", "Measure", "Measure's name", "Unit", "Mean", _LOW, _HIGH, "Standard deviation"),
        *("Replications", "Difference", f"Difference: {_LOW}", f"Difference: {_HIGH}", "Relative", "p, adjusted"),
    ]
    compared = _compared(view).drop(columns=["unit", "replications"])
    table = view.results.summary.merge(compared, on=["scenario", "measure"], how="left", suffixes=("", "_difference"))

    def cells(row: Any) -> list[Any]:
        return [
            *(view.title(row.scenario), row.scenario, view.label(row.measure), row.measure, row.unit),
            *(*_numbers(row.unit, row.mean, row.ci_low, row.ci_high, row.sd), _Number(row.replications, _PLAIN)),
            *_numbers(row.unit, row.difference, row.ci_low_difference, row.ci_high_difference),
            *(_Number(row.relative, _SHARE), _Number(row.p_holm, _P_VALUE)),
        ]

    about = "Every measure of every scenario, and its difference from the baseline's."
    return _Sheet.of("All measures", about, header, table, cells)


def _compared(view: View) -> pd.DataFrame:
    """Return comparison and ranking in one table, in the order of the comparison."""
    return view.results.comparison.merge(view.results.ranking, on=["scenario", "measure"], how="left")


def _by_measure(view: View, table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the headline measures, one after the other."""
    place = {measure: i for i, measure in enumerate(view.measures)}
    rows = table[table["measure"].isin(place)]
    return rows.sort_values("measure", key=lambda names: names.map(place), kind="stable")


def _with_unit(view: View, measure: str) -> str:
    unit = {"gbp": "£", "days": "days", "hours": "hours"}.get(view.unit_of(measure), "")
    label = view.label(measure)
    return label if not unit or unit in label.lower() else f"{label} ({unit})"


def _interventions(config: CityConfig) -> str:
    return ", ".join(place.intervention.title for place in config.interventions.values())


def _numbers(unit: str, *values: float) -> list[_Number]:
    """Return numbers that stand beside each other and have as many digits."""
    style = _style(unit, *values)
    return [_Number(value, style) for value in values]


def _style(unit: str, *values: float) -> str:
    if unit in ("share", "gbp"):
        return _SHARE if unit == "share" else _WHOLE
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    return _WHOLE if largest >= 1000 else _TENTHS if largest >= 10 else _HUNDREDTHS


def _write(workbook: Workbook, sheet: _Sheet) -> None:
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


def _cell(page: Worksheet, value: str | _Number | None, **style: Any) -> WriteOnlyCell | str | None:
    if isinstance(value, _Number):
        if pd.isna(value.value):
            return None
        cell = WriteOnlyCell(page, float(value.value))
        cell.number_format = value.style
        return cell
    cell = WriteOnlyCell(page, ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"  # a text that begins with = is no formula
    for name, what in style.items():
        setattr(cell, name, what)
    return cell


def _width(sheet: _Sheet, column: int) -> int:
    if sheet.title == _READ_ME:
        return _PROSE if column else _NARROWEST * 3
    texts = [row[column] for row in sheet.rows[:1000] if isinstance(row[column], str)]
    return min(max([_NARROWEST, *(len(text) + 2 for text in texts)]), _WIDEST)
