"""Pages that people finish, and that everybody can use: two layers, names for what is seen, one meaning for each mark.

What only a browser can tell is in `test_pages_in_a_browser`.
"""

import itertools
import re

import experiment_fixture as made
import numpy as np
import pytest
from reading import check, first_layer, text_of, words
from report_pages import DESIGNS, PAGES

from flowsim.report.experiment.experiment_figures import pictures
from flowsim.report.experiment.experiment_report import experiment_report
from flowsim.report.experiment.results_view import View
from flowsim.report.figures.marks import all_marks

WORDS, COLUMNS = 600, 6
EACH = pytest.mark.parametrize("design", DESIGNS)


@pytest.fixture
def pages() -> dict[str, str]:
    return PAGES


def tables(page: str) -> list[str]:
    return re.findall(r"<table.*?</table>", page, re.DOTALL)


@EACH
def test_the_first_layer_has_fewer_than_600_words(pages, design):
    assert words(text_of(first_layer(pages[design]), "style|title|svg")) < WORDS


@EACH
def test_the_first_layer_has_one_figure_and_one_table_of_at_most_six_columns(pages, design):
    first = first_layer(pages[design])
    assert first.count("<figure>") == first.count('class="narrow"') == (0 if design == "alone" else 1)
    found = tables(first)
    assert len(found) == (0 if design == "alone" else 1)
    assert all(len(re.findall("<th scope=.col", table)) <= COLUMNS for table in found)


@EACH
def test_every_table_has_a_caption_and_rows_as_long_as_its_head(pages, design):
    for table in tables(pages[design]):
        assert re.search(r"<caption>[^<]{5,}</caption>", table)
        heads = len(re.findall("<th scope=.col", table))
        for row in re.findall(r"<tbody>(.*?)</tbody>", table, re.DOTALL)[0].split("</tr>")[:-1]:
            assert not heads or len(re.findall(r"<t[hd]\b", row)) == heads, table[:200]


@EACH
def test_what_scrolls_is_reached_by_the_keyboard_and_has_a_name_of_its_own(pages, design):
    regions = re.findall(r'<div class="scroll"[^>]*>', pages[design])
    assert all('role="region" tabindex="0" aria-label="' in region for region in regions)
    assert len(set(regions)) == len(regions)


@EACH
def test_a_picture_says_what_it_shows_and_not_what_it_is_called(pages, design):
    drawn = pictures(View(getattr(made, design)()))
    assert drawn
    for name, picture in drawn.items():
        assert picture.shows != picture.title, name
        assert re.search(r"\d", picture.shows), f"{name}: {picture.shows}"
        assert "nan" not in picture.shows
    assert all(check(pages[design]).pictures)


@EACH
def test_headings_are_in_order_under_one_title_and_there_is_a_way_past_the_head(pages, design):
    levels = [int(level) for level in re.findall(r"<h(\d)\b", pages[design])]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(deeper - level <= 1 for level, deeper in itertools.pairwise(levels))
    assert '<a class="skip" href="#answer">' in pages[design]
    assert 'id="answer"' in pages[design]
    assert '<html lang="en-GB">' in pages[design]


@EACH
def test_what_folds_out_is_open_in_print(pages, design):
    assert pages[design].count("<details>") == pages[design].count("<summary><h2>") > 3
    css = pages[design][pages[design].index("@media print") :]
    assert "details::details-content { content-visibility: visible;" in css


@EACH
def test_the_manifest_is_a_short_table(pages, design):
    run = pages[design][pages[design].index("<h2>How it was run</h2>") :]
    assert words(text_of(run)) < 250
    assert "manifest.json" in run


def test_a_mark_has_one_meaning_and_a_meaning_one_mark():
    marks = all_marks()
    assert len({mark.glyph for mark in marks}) == len({mark.meaning for mark in marks}) == len(marks)
    drawn = [(mark.marker, mark.hollow) for mark in marks if mark.marker]
    shared = [look for look in set(drawn) if drawn.count(look) > 1]
    assert shared == [("x", False)]  # what is not known, in every figure


def test_a_run_that_is_not_a_year_does_not_speak_of_a_year():
    results = made.one_at_a_time()
    view = View(made.in_days(results, 151))
    assert view.run_word == "run"
    text = text_of(experiment_report(made.in_days(results, 151)), "style|title|svg")
    assert "(151 days)" in text
    assert "The run counts 151 days" in text
    assert not re.search("in a year|through the year|simulated year", text)


def test_bars_that_cannot_be_told_apart_are_not_drawn():
    """Who is at home on day 91 differs by a few points: the axis holds these and does not begin at 0."""
    figure = pictures(View(made.one_at_a_time()))["day_91"].draw(False)
    low, high = figure.axes[0].get_xlim()
    shown = [row.estimate.value for row in pictures(View(made.one_at_a_time()))["day_91"].data.rows]
    assert (high - low) < 3 * np.ptp([*shown, 0.8])
