"""The workbook of an experiment: Excel's own reader finds the right numbers in the right places."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import datetime

import numpy as np
import openpyxl
import pandas as pd
import pytest
from experiment_fixture import alone, best_next, by_hand, factorial, grid, interventions, one_at_a_time, with_gaps
from paths import CONFIGS

from flowsim.report.experiment.answer import answer
from flowsim.report.experiment.experiment_workbook import experiment_workbook
from flowsim.report.experiment.results_view import View
from flowsim.report.office import sheets

DELAYED, HOME, COST = "dtoc_patients_mean", "at_home_91_days_share", "cost_total"
PEOPLE = "People delayed on an average day"


def read(results):
    first_month = results.sitrep["month"] == "2016-04"  # all of them take their time to read
    results = replace(results, sitrep=results.sitrep[first_month])
    return openpyxl.load_workbook(io.BytesIO(experiment_workbook(results)))


def rows(book, sheet):
    """The rows of a sheet by the names of its columns; a name that stands there twice keeps its first."""
    header, *values = book[sheet].iter_rows(values_only=True)
    return [dict(reversed(list(zip(header, row, strict=True)))) for row in values]


def title(intervention):
    return interventions()[intervention].title


def only(found, **where):
    found = [row for row in found if all(row[name] == value for name, value in where.items())]
    assert len(found) == 1
    return found[0]


@pytest.fixture(scope="module")
def small():
    """Delayed 100 and 104 without, 40 and 48 with; at home 70% and 72% without, 75% and undefined with."""
    return by_hand(
        {
            "baseline": {DELAYED: [100, 104], HOME: [0.70, 0.72], COST: [1e6, 1.2e6]},
            "home": {DELAYED: [40, 48], HOME: [0.75, np.nan], COST: [0.9e6, 1.1e6]},
        }
    )


@pytest.mark.parametrize(
    ("make", "more"),
    [(one_at_a_time, []), (grid, []), (with_gaps, []), (alone, []), (factorial, ["Effects"]), (best_next, ["Steps"])],
)
def test_every_kind_of_experiment_has_its_sheets(make, more):
    results = make()
    book = read(results)
    tail = ["Cost and days", "Daily series", "Monthly DTOC return", "All measures", "Assumptions", "Notes"]
    assert book.sheetnames == ["Answer", "Charts", "Scenarios", "Goals", "Comparisons", "Ranking", *more, *tail]
    assert sum(sheet.page_setup.fitToHeight or 1 for sheet in book) < 15  # pages, when all of it is printed
    for sheet in book:
        assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToWidth or 1) == (True, 1)
        assert sheet.print_area
        assert not sheet.merged_cells
    for sheet in book.worksheets[2:]:
        assert sheet.freeze_panes[1:] == "2"
        assert sheet.freeze_panes[0] >= "B"
        assert all(cell.value for cell in sheet[1])
        assert sheet.column_dimensions["A"].width >= 10
    others = len(results.scenarios) - 1
    assert len(rows(book, "Scenarios")) == others + 1
    assert len(rows(book, "Comparisons")) == len(rows(book, "Ranking")) == others * 4
    assert len(rows(book, "All measures")) == len(results.summary)


def test_scenarios_have_means_intervals_and_targets(small):
    row = only(rows(read(small), "Scenarios"), Name="home")
    assert row["Scenario"] == title("home_first")
    assert row["Replications"] == 2
    assert row[PEOPLE] == 44
    summary = small.summary.set_index(["scenario", "measure"]).loc[("home", DELAYED)]
    assert row[f"{PEOPLE}: low (95%)"] == pytest.approx(summary["ci_low"])
    assert row[f"{PEOPLE}: high (95%)"] == pytest.approx(summary["ci_high"])
    assert (row[f"{PEOPLE}: mean is at most 50"], row[f"{PEOPLE}: share of replications at most 50"]) == ("yes", 1)
    baseline = only(rows(read(small), "Scenarios"), Name="baseline")
    assert baseline[f"{PEOPLE}: mean is at most 50"] == "no"


def test_comparisons_have_paired_differences(small):
    book = read(small)
    row = only(rows(book, "Comparisons"), Measure=PEOPLE, Name="home")
    assert (row["Baseline"], row["Scenario's mean"], row["Difference"]) == (102, 44, -58)
    assert row["Relative"] == pytest.approx(-58 / 102)
    found = small.comparison[small.comparison["measure"] == DELAYED].iloc[0]
    assert row["low (95%)"] == pytest.approx(found["ci_low"])
    assert row["high (95%)"] == pytest.approx(found["ci_high"])
    ranked = only(rows(book, "Ranking"), Measure=PEOPLE, Name="home")
    assert (ranked["Rank"], ranked["Difference"], ranked["Replications"]) == (1, -58, 2)
    assert ranked["p"] == pytest.approx(small.ranking["p_value"][0])


def test_all_measures_have_intervals_of_the_mean_and_of_the_difference(small):
    row = only(rows(read(small), "All measures"), Name="home", **{"Measure's name": DELAYED})
    mean = small.summary.set_index(["scenario", "measure"]).loc[("home", DELAYED)]
    difference = small.comparison.set_index("measure").loc[DELAYED]
    assert [row["low (95%)"], row["high (95%)"]] == pytest.approx([mean["ci_low"], mean["ci_high"]])
    found = [row["Difference: low (95%)"], row["Difference: high (95%)"]]
    assert found == pytest.approx([difference["ci_low"], difference["ci_high"]])


def test_measures_come_in_the_order_of_the_headlines(small):
    """Which is neither that of the alphabet nor that in which the runs have them."""
    order = (COST, DELAYED, HOME)
    asked = replace(small, experiment=replace(small.experiment, measures=order))
    for sheet in ("Comparisons", "Ranking"):
        measures = [row["Measure"] for row in rows(read(asked), sheet)]
        assert [measure[:4] for measure in measures] == [
            "What",
            "Peop",
            "Stil",
        ]  # "What must be paid, and what delayed days cost"


def test_what_is_undefined_is_an_empty_cell(small):
    row = only(rows(read(small), "All measures"), Name="home", **{"Measure's name": HOME})
    assert (row["Mean"], row["Replications"]) == (0.75, 1)
    assert row["Difference"] == pytest.approx(0.05)  # of the one replication in which both are defined
    assert row["low (95%)"] is row["Difference: low (95%)"] is row["p, adjusted"] is None


def test_shares_are_shown_in_per_cent_and_pounds_whole(small):
    sheet = read(small)["All measures"]
    header = [cell.value for cell in sheet[1]]
    at, mean = header.index("Measure's name"), header.index("Mean")
    styles = {row[at].value: row[mean].number_format for row in sheet.iter_rows(min_row=2)}
    assert styles == {HOME: "0.0%", COST: "[$£-809]#,##0;-[$£-809]#,##0", DELAYED: "#,##0.0"}


def test_the_ranking_goes_from_best_to_worst():
    found = [row for row in rows(read(one_at_a_time()), "Ranking") if row["Measure"] == PEOPLE]
    differences = [row["Difference"] for row in found]
    assert differences == sorted(differences)
    assert found[0]["Name"] == "all_but_health_in_care_homes"


def test_effects_say_how_two_changes_go_together():
    results = factorial()
    found = [row for row in rows(read(results), "Effects") if row["Measure"] == PEOPLE]
    effects = results.design_tables["effects"]
    effects = effects[effects["measure"] == DELAYED]
    assert [row["Difference"] for row in found] == pytest.approx(effects["difference"].tolist())
    pair = only(found, Factor=title("home_first"), **{"With factor": title("trusted_assessors")})
    assert (pair["Effect"], pair["Together"]) == ("interaction", "overlap")
    main = only(found, Factor=title("seven_day_services"), Effect="main")
    assert main["With factor"] is main["Together"] is None


def test_steps_come_in_their_order():
    results = best_next()
    found = rows(read(results), "Steps")
    assert [row["Step"] for row in found] == [0, 1, 2, 3, 4]
    assert [row["Added"] for row in found][:2] == [None, title("home_first")]
    assert found[1]["Gain over the step before"] == pytest.approx(results.design_tables["steps"]["gain"][1])


def test_the_monthly_return_has_beds_and_reasons_by_organisation(small):
    sitrep = pd.DataFrame(
        [
            ("baseline", "2016-04", "acute", "A", "nhs", 10.0, 1.0),
            ("baseline", "2016-04", "acute", "A", "social_care", 20.0, 2.0),
            ("baseline", "2016-04", "acute", "A", "both", 5.0, 0.5),
            (
                "baseline",
                "2016-04",
                "non_acute",
                "C",
                "nhs",
                7.0,
                np.nan,
            ),  # a month whose last Thursday is not simulated
        ],
        columns=["scenario", "month", "bed_type", "reason", "organisation", "delayed_days", "snapshot_patients"],
    )
    found = rows(read(replace(small, sitrep=sitrep)), "Monthly DTOC return")
    assert len(found) == 2
    first = only(
        found, Name="baseline", Month=datetime(2016, 4, 1), Code="A", Bed="Acute", Reason="Completion of assessment"
    )
    assert [first[f"Delayed days: {name}"] for name in ("NHS", "Social care", "Both", "all")] == [10, 20, 5, 35]
    assert first["Patients on the last Thursday: all"] == 3.5
    second = only(found, Code="C", Bed="Non-acute")
    assert (second["Delayed days: all"], second["Delayed days: Social care"]) == (7, None)
    assert second["Patients on the last Thursday: all"] is None


def test_the_notes_say_what_was_asked_and_what_failed():
    said = dict(list(read(with_gaps())["Notes"].values))
    assert said["Question"] == "Which of the eight changes brings delayed days down, and by how much?"
    assert said[f"Target: {PEOPLE}"] == "at most 50"
    assert said["Failed: focus_on_choice, replication 3"] == "the worker process ended twice (signal 9)"
    assert said["Command"] == "flowsim experiment experiments/high_impact_changes.yaml"


def test_a_text_is_never_a_formula(small):
    titled = [replace(scenario, title="=1+1\x07") for scenario in small.scenarios]
    cell = read(replace(small, scenarios=titled))["Scenarios"]["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_a_sheet_that_would_be_too_long_ends_and_says_so(monkeypatch):
    monkeypatch.setattr(sheets, "ROWS_AT_MOST", 30)
    results = one_at_a_time()
    book = read(results)
    assert len(rows(book, "All measures")) == 30
    left_out = len(results.summary) - 30
    assert dict(list(book["Answer"].values))["All measures"].endswith(f"The last {left_out} rows are left out here.")


@pytest.fixture(scope="module")
def whole():
    """The workbook of each of eight changes, as bytes."""
    return experiment_workbook(read_from_file())


def read_from_file():
    """The results of each of eight changes, in a city that knows its file and so its sources."""
    results = one_at_a_time()
    base = results.experiment.base.read_from(CONFIGS / "sheffield_2016_17.yaml")
    return replace(results, experiment=replace(results.experiment, base=base))


@pytest.fixture(scope="module")
def book(whole):
    return openpyxl.load_workbook(io.BytesIO(whole))


def parts(content, folder):
    """The files of a workbook that lie in a folder, by name, as text."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name).decode() for name in packed.namelist() if name.startswith(folder)}


def test_the_first_sheet_says_what_the_report_says_and_leads_to_every_other(book):
    found = answer(View(read_from_file()))
    texts = [cell.value for row in book["Answer"].iter_rows() for cell in row if cell.value]
    assert found.headline in texts
    assert " ".join(found.sentences) in texts
    assert {text for _, text in found.points} <= set(texts)
    links = [cell.hyperlink.location for row in book["Answer"].iter_rows() for cell in row if cell.hyperlink]
    assert [link.split("!")[0].strip("'") for link in links] == book.sheetnames[1:]


def test_the_charts_are_excels_own_and_say_what_they_show(whole, book):
    kinds = [type(chart).__name__ for chart in book["Charts"]._charts]
    assert kinds == ["BarChart", "LineChart", "ScatterChart"]
    bars = book["Charts"]._charts[0].series[0]
    assert bars.val.numRef.f == "Ranking!$F$2:$F$18"
    assert bars.errBars.plus.numRef.f == "Ranking!$O$2:$O$18"
    drawing = parts(whole, "xl/drawings/drawing")["xl/drawings/drawing1.xml"]
    described = re.findall(r'descr="([^"]+)"', drawing)
    assert len(described) == 3
    assert described[0] == answer(View(one_at_a_time())).headline
    below_and_above = [book["Ranking"][f"{column}2"].value for column in "NO"]
    row = rows(book, "Ranking")[0]
    assert below_and_above == pytest.approx(
        [row["Difference"] - row["low (95%)"], row["high (95%)"] - row["Difference"]]
    )


def test_dates_are_dates(book):
    days = [row["Date"] for row in rows(book, "Daily series")]
    assert (days[0], days[-1], len(days)) == (datetime(2016, 4, 1), datetime(2017, 3, 31), 365)
    months = {row["Month"] for row in rows(book, "Monthly DTOC return")}
    assert months == {datetime(2016 + (m > 12), (m - 1) % 12 + 1, 1) for m in range(4, 16)}
    assert book["Daily series"]["A2"].number_format == "d mmm yyyy"
    assert book["Monthly DTOC return"]["B2"].number_format == "mmm yyyy"


def test_names_stay_in_sight(book):
    frozen = {sheet.title: sheet.freeze_panes for sheet in book.worksheets[2:]}
    assert frozen["Comparisons"] == frozen["All measures"] == "C2"
    assert frozen["Ranking"] == "D2"


def test_a_very_small_p_is_shown_as_less_than_a_thousandth(book):
    column = [cell.value for cell in book["Comparisons"][1]].index("p, adjusted")
    cells = [row[column] for row in book["Comparisons"].iter_rows(min_row=2)]
    assert min(cell.value for cell in cells) < 0.0005
    assert {cell.number_format for cell in cells} == {'[<0.001]"<0.001";[<0.1]0.000;0.00'}


def test_every_header_is_that_of_a_table_with_a_name(book):
    names = []
    for sheet in book.worksheets[2:]:
        (table,) = sheet.tables.values()
        names.append(table.name)
        assert table.ref == sheet.dimensions
        assert table.autoFilter.ref == table.ref
        assert [column.name for column in table.tableColumns] == [cell.value for cell in sheet[1]]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[A-Za-z_][A-Za-z0-9_]+", name) for name in names)


def test_no_cell_is_a_formula(whole):
    assert not any("<f>" in text for text in parts(whole, "xl/worksheets/").values())


def test_the_assumptions_say_what_is_assumed_and_who_says_the_rest(book):
    found = {row["Path"]: row for row in rows(book, "Assumptions") if row["Path"]}
    beds = found["ward.beds"]
    assert (beds["Value"], beds["Unit"], beds["Assumed"]) == (665, "beds", "no")
    assert beds["Where it comes from"] == "adjusted to reproduce published figures"
    surge = found["services.intermediate_care.intermediate_care_beds.surge.units"]
    assert (surge["Value"], surge["Assumed"]) == (10, "yes")
    said = [row for row in rows(book, "Assumptions") if row["Setting"] == f"{title('home_first')}: evidence"]
    assert [row["Source"] for row in said] == [it.source for it in interventions()["home_first"].evidence]


def test_the_same_results_give_the_same_file(whole):
    assert experiment_workbook(read_from_file()) == whole


def test_without_a_file_it_is_not_known_what_is_assumed(small):
    found = {row["Assumed"] for row in rows(read(small), "Assumptions") if row["Path"]}
    assert found == {"not known"}


def test_scenarios_of_one_title_keep_their_own_columns(small):
    titled = replace(small, scenarios=[replace(scenario, title="The same") for scenario in small.scenarios])
    header = [cell.value for cell in read(titled)["Daily series"][1]]
    assert header[1:3] == ["People delayed: The same (baseline)", "People delayed: The same (home)"]


def test_a_month_of_which_a_part_is_simulated_is_marked(small):
    base = small.experiment.base
    run = base.run.model_copy(update={"horizon_days": 45})  # from 1 April
    cut = replace(small, experiment=replace(small.experiment, base=base.model_copy(update={"run": run})))
    sitrep = cut.sitrep[cut.sitrep["month"].isin(["2016-04", "2016-05"])]
    book = openpyxl.load_workbook(io.BytesIO(experiment_workbook(replace(cut, sitrep=sitrep))))
    found = {row["Month"].month: row for row in rows(book, "Monthly DTOC return")}
    assert (found[4]["Days simulated"], found[4]["Whole month"]) == (30, "yes")
    assert (found[5]["Days simulated"], found[5]["Whole month"]) == (15, "no: 15 of 31 days")
