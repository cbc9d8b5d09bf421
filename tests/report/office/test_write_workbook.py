"""Writing sheets: what Excel takes, whatever the names and texts are, and what fits on paper."""

import io
import math

import openpyxl
import pytest

from flowsim.report.office.brief import Brief
from flowsim.report.office.paper import columns_in_print, rows_in_print
from flowsim.report.office.sheets import P_VALUE, Number, Sheet
from flowsim.report.office.write_workbook import tab_names, workbook_bytes

BRIEF = Brief("A title", "A question?", "A city", None, "An answer.", ["It is clear."], [("Why", "Because.")], [], [])


def written(*sheets):
    return openpyxl.load_workbook(io.BytesIO(workbook_bytes(BRIEF, sheets, [], ["A note."])))


def test_names_of_sheets_are_such_as_excel_takes():
    names = tab_names(["Answer", "a/b: [c]?*", "x" * 40, "X" * 40, "", "'quoted'", "History"])
    assert names == ["Answer 2", "a b   c", "x" * 31, "X" * 29 + " 2", "Sheet", "quoted", "History 2"]
    assert all(0 < len(name) <= 31 for name in names)


@pytest.mark.parametrize("text", ["=1+1", "+44 114", "-5", "@home", "=cmd|' /C calc'!A0"])
def test_a_text_that_begins_like_a_formula_stays_a_text(text):
    sheet = written(Sheet("Sheet", "About.", [text, "n"], [[text, Number(1, "0")]]))["Sheet"]
    assert [cell.value for cell in sheet["A"]] == [text, text]
    assert {cell.data_type for cell in sheet["A"]} == {"s"}
    assert sheet["A2"].quotePrefix  # so that it stays one when somebody edits the cell


def test_columns_of_one_name_are_told_apart():
    sheet = written(Sheet("Sheet", "About.", ["low", "Low", "", "two\nlines"], [["a", "b", "c", "d"]]))["Sheet"]
    assert [cell.value for cell in sheet[1]] == ["low", "Low (2)", "Column 3", "two lines"]


def test_texts_that_no_file_can_hold_lose_only_what_it_cannot():
    sheet = written(Sheet("Sheet", "About.", ["text"], [["a\x07b\ud800c"], ["d" * 40_000]]))["Sheet"]
    assert sheet["A2"].value == "abc"
    assert len(sheet["A3"].value) == 32_767


def test_what_is_no_number_is_an_empty_cell():
    sheet = written(Sheet("Sheet", "About.", ["n", "m"], [[Number(math.nan, "0"), Number(math.inf, "0")]]))["Sheet"]
    assert [cell.value for cell in sheet[2]] == [None, None]


def test_a_sheet_without_rows_has_its_header():
    sheet = written(Sheet("Empty", "About.", ["one", "two"], []))["Empty"]
    assert [cell.value for cell in sheet[1]] == ["one", "two"]
    assert not sheet.tables


def test_a_long_sheet_is_whole_and_prints_its_first_page():
    rows = [[f"row {i}", Number(i, "0")] for i in range(5000)]
    sheet = written(Sheet("Long", "About.", ["name", "n"], rows))["Long"]
    assert sheet.max_row == 5001
    last = int(sheet.print_area.rsplit("$", 1)[1])
    assert 25 < last < 60
    assert f"The first {last - 1} of 5,000 rows" in sheet.oddFooter.left.text
    assert sheet.print_title_rows == "$1:$1"


def test_a_wide_sheet_prints_as_many_columns_as_can_be_read():
    header = [f"column {i}" for i in range(80)]
    sheet = written(Sheet("Wide", "About.", header, [["a text of some letters"] * 80]))["Wide"]
    assert sheet.max_column == 80
    assert "of 80 columns" in sheet.oddFooter.left.text


def test_twice_as_many_pages_hold_twice_as_many_rows():
    """A4 is 11.69 inches wide, 0.8 of them margins: 1,045 points of the screen, that is 149 letters of 7."""
    assert columns_in_print([150.0, 150.0]) == 1  # at half their size, the two would be just too wide together
    assert columns_in_print([140.0, 140.0]) == 2
    one, two = (rows_in_print([100.0], [15.0], 1000, pages) for pages in (1, 2))
    assert one == int((8.27 - 1.2) * 72 / 15) - 1  # the header takes a line
    assert two == 2 * one


def test_a_p_of_any_size_is_shown_as_people_write_it():
    assert P_VALUE.split(";") == ['[<0.001]"<0.001"', "[<0.1]0.000", "0.00"]
