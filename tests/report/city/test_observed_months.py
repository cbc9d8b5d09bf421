"""Published months over the simulated ones: in words, in a figure, in the tables of the report and in the workbook."""

import re

import numpy as np
import pandas as pd
import pytest
from paths import SHEFFIELD
from published_months import made_fit
from reading import check, first_layer, text_of, words

from flowsim.report.city.city_report import report_html
from flowsim.report.city.observed_months import (
    flagged_in_words,
    in_words,
    observed_picture,
    observed_sheet,
    scores_table,
    years_table,
)
from flowsim.report.office.sheets import Number
from flowsim.run.load_city import load_config

COLUMNS = ["month", "reason", "organisation", "delayed_days", "snapshot_patients"]
FLAGGED = ("2015-10", "2015-11")


@pytest.fixture(scope="module")
def page():
    summary = pd.DataFrame(
        columns=["scenario", "measure", "unit", "mean", "ci_low", "ci_high", "sd", "replications", "target_low",
                 "target_high", "target_source"]
    )  # fmt: skip
    daily = pd.DataFrame(columns=["scenario", "replication", "date", "measure", "value"])
    fit = made_fit("2014-04", 48, flagged=FLAGGED)
    return report_html(load_config(SHEFFIELD), summary, daily, pd.DataFrame(columns=COLUMNS), {}, fit)


def test_it_says_in_plain_words_how_far_off_and_how_often_in_the_range():
    fit = made_fit()
    assert in_words(fit) == (
        "Over 12 published months the simulation is 1.7 people a day too high on average. In 4 of 12 the published "
        "figure lies where one simulated month lies 19 times in 20."
    )
    total = fit.months[fit.months["series"] == "total"]
    off = ((total["simulated"] - total["published"]) / total["days"]).mean()
    assert off == pytest.approx(1.7, abs=0.05)


def test_too_low_and_neither_are_said_too():
    fit = made_fit()
    for bias, words_of_it in ((-3.21, "3.2 people a day too low on average"), (0.04, "neither too high nor too low")):
        fit.scores.loc[fit.scores["series"] == "total", "bias"] = bias
        assert words_of_it in in_words(fit)


def test_one_replication_has_no_range_to_speak_of():
    text = in_words(made_fit(replications=1))
    assert "too high" in text
    assert text.endswith("There is no range of a month, because it takes several replications to make one.")


def test_a_flagged_month_is_named_with_why_and_not_counted():
    fit = made_fit(flagged=("2016-10", "2016-11"))
    assert in_words(fit).startswith("Over 10 published months")
    assert flagged_in_words(fit) == "Shown, but not scored: October 2016 and November 2016 (a new system)."
    assert flagged_in_words(made_fit()) == ""
    assert "every published month" in in_words(made_fit(months=1, flagged=("2016-04",))).lower()


def test_the_figure_shows_people_a_day_and_says_what_it_shows():
    picture = observed_picture(made_fit(flagged=("2016-10",)))
    total = picture.data.panels[0]
    assert total.published[0] == pytest.approx(310 / 30)
    assert len(picture.data.panels) == 5
    assert total.flagged.sum() == 1
    assert picture.shows == (
        "People delayed a day, by month. Published: 10 on average, highest in February 2017 (11). Simulated: 12 on "
        "average, highest in February 2017 (13). The published figure lies in the range of a simulated month in 3 of "
        "11. Not scored: 1 month."
    )


@pytest.mark.parametrize("narrow", [False, True])
def test_published_months_are_dots_and_those_not_scored_are_hollow(narrow):
    figure = observed_picture(made_fit(flagged=("2016-10",))).draw(narrow)
    assert len(figure.axes) == 5
    main = max(figure.axes, key=lambda ax: ax.get_position().height)
    dots = [line for line in main.get_lines() if line.get_marker() == "o"]
    assert [len(line.get_xdata()) for line in dots] == [12, 1]
    assert dots[1].get_markerfacecolor() == "white"
    assert dots[1].get_xdata()[0] == np.datetime64("2016-10-16")


def test_a_financial_year_that_lacks_months_says_so():
    rows = years_table(made_fit("2015-04", 24, flagged=FLAGGED))
    assert rows[0][0] == "2015/16 (10 of 12 months): all reasons"
    assert rows[0][1] == "3,100"
    (full,) = [row for row in rows if row[0] == "2016/17: assessment and public funding (A, B)"]
    assert full[1:4] == ["744", f"{12 * 2 * 36.1:,.0f}", f"+{12 * 2 * 5.1:,.0f} (+{5.1 / 31:.1%})"]


def test_the_scores_have_a_row_for_each_series():
    rows = {row[0]: row[1:] for row in scores_table(made_fit())}
    assert list(rows)[:3] == ["All reasons", "Assessment and public funding (A, B)", "Further NHS care (C)"]
    # One reason: a standard deviation of 1, and t of two degrees of freedom is 4.303: 4.97 days up and down. Off by
    # 4.1, 5.1 and 6.1 days in turn.
    assert rows["All reasons"][3] == "4 of 12"
    assert rows["Care homes (D)"][0] == "+0.3"


def test_the_page_holds_it_in_the_second_layer_and_a_sentence_in_the_first(page):
    first, text = first_layer(page), text_of(page)
    assert "Published months" in text_of(first)
    assert "Over 46 published months the simulation is 1.7 people a day too high on average." in text_of(first)
    assert words(text_of(first, "style|title|svg")) < 600
    assert "Published months over the simulated ones" in text
    assert "Shown, but not scored: October 2015 and November 2015 (a new system)." in text
    assert all(check(page).pictures)


def test_every_table_has_rows_as_long_as_its_head(page):
    found = [
        table for table in re.findall(r"<table.*?</table>", page, re.DOTALL) if "Where one simulated year" in table
    ]
    assert len(found) == 1
    heads = len(re.findall("<th scope=.col", found[0]))
    rows = re.findall(r"<tbody>(.*?)</tbody>", found[0], re.DOTALL)[0].split("</tr>")[:-1]
    assert {len(re.findall(r"<t[hd]\b", row)) for row in rows} == {heads}
    assert len(rows) == 4 * 6  # four years, all reasons and five groups


def test_the_sheet_has_a_row_for_each_month_and_series():
    sheet = observed_sheet(made_fit(flagged=("2016-10",)))
    assert len(sheet.rows) == 12 * 6
    october = next(row for row in sheet.rows if row[0].value.month == 10)
    assert october[1] == "All reasons"
    assert october[2] == Number(310.0, "#,##0.0")
    assert october[7] == "a new system"
    assert sheet.rows[0][6:] == ["yes", None]
