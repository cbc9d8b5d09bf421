"""The published return of a city by month: a file as an analyst writes it, and what is wrong with one."""

import csv

import pytest
from paths import ROOT

import flowsim
from flowsim.config.errors import ConfigError
from flowsim.config.load import resolved
from flowsim.config.observed_file import month_meant, read_monthly_return
from flowsim.config.observed_schema import ObservedSeries

HEADER = "month,A,E,total,acute,non_acute,flag"
LINES = ["2016-10,10,20,30,25,5,", "2016-11,11,0,11,11,0,under-recorded", "2016-12,7,8,15,10,5,"]
RETURN = "\n".join([HEADER, *LINES]) + "\n"
OBSERVED = "observed: {monthly_return: observed/return.csv, source: NHS England}\n"
SHEFFIELD_RETURN = ROOT / "configs" / "observed" / "sheffield_dtoc.csv"


@pytest.fixture
def city(tiny_city):
    """The tiny city with a published return in a folder next to it."""
    (tiny_city.parent / "observed").mkdir()
    (tiny_city.parent / "observed" / "return.csv").write_text(RETURN, encoding="utf-8")
    tiny_city.write_text(tiny_city.read_text(encoding="utf-8") + OBSERVED, encoding="utf-8")
    return tiny_city


def read(tmp_path, text):
    path = tmp_path / "return.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_monthly_return(path)


def problems(tmp_path, text):
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    prefix = f"{tmp_path / 'return.csv'}, "
    return [str(problem).removeprefix(prefix) for problem in caught.value.problems]


def with_line(number, line):
    """Return the file with another line (2 is the first month)."""
    lines = RETURN.splitlines()
    lines[number - 1 : number] = [line] if line is not None else []
    return "\n".join(lines) + "\n"


def test_a_city_holds_the_months_of_its_return_and_where_they_are_from(city):
    observed = flowsim.load_config(city).observed
    october, november, _ = observed.monthly_return
    assert (october.month, october.reasons, october.total) == ("2016-10", {"A": 10, "E": 20}, 30)
    assert (october.acute, october.non_acute, october.nhs, october.flag) == (25, 5, None, "")
    assert november.flag == "under-recorded"
    assert observed.source == "NHS England"
    # The manifest keeps the whole configuration, and so the months themselves.
    assert resolved(city)["observed"]["monthly_return"][0]["total"] == 30


def test_a_city_that_extends_one_in_another_folder_has_its_return(city, tmp_path):
    (tmp_path / "mine").mkdir()
    mine = tmp_path / "mine" / "city.yaml"
    mine.write_text("extends: ../tiny.yaml\nname: Mine\n", encoding="utf-8")
    assert flowsim.load_config(mine).observed == flowsim.load_config(city).observed


def test_no_return_is_no_fault(tiny_city):
    assert flowsim.load_config(tiny_city).observed is None


def test_the_return_of_sheffield_is_as_it_was_published():
    months = read_monthly_return(SHEFFIELD_RETURN)
    assert (months[0]["month"], months[-1]["month"], len(months)) == ("2013-08", "2018-03", 56)
    years = {year: sum(m["total"] for m in months if m["month"] in _months_of(year)) for year in range(2014, 2018)}
    assert years == {2014: 24_138, 2015: 23_410, 2016: 48_969, 2017: 32_164}
    reasons = [m["reasons"] for m in months if m["month"] in _months_of(2016)]
    by_reason = {code: sum(month[code] for month in reasons) for code in ("A", "B", "C", "E")}
    assert by_reason["A"] + by_reason["B"] == 10_931
    assert (by_reason["C"], by_reason["E"]) == (9_501, 20_937)
    assert [m["month"] for m in months if m["flag"]] == ["2015-10", "2015-11", "2015-12", "2016-01"]


def _months_of(year):
    return {f"{year + (number > 12)}-{(number - 1) % 12 + 1:02d}" for number in range(4, 16)}


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(",", ";"),
        lambda text: text.replace(",", "\t").encode("utf-16"),
        lambda text: (
            text.replace("2016-10", "Oct-16").replace("2016-11", "Nov 2016").replace("2016-12", "December 2016")
        ),
        lambda text: text.replace("2016-10", "01/10/2016").replace("2016-11", "2016-11-01").replace("-12", "-12"),
        lambda text: "# NHS England; local-authority tables\n\n" + text,
        lambda text: text.replace("month,A,E,total", "Month,a,E,Total").replace("non_acute", "Non-acute"),
        lambda text: text.replace("\n", "\r\n") + ",,,,,,\n",
    ],
)
def test_a_file_as_excel_saves_it_is_understood(tmp_path, change):
    assert read(tmp_path, change(RETURN)) == read(tmp_path, RETURN)


def test_columns_may_stand_in_any_order_and_thousands_have_commas(tmp_path):
    found = read(tmp_path, 'total,Di,DII,month\n"1,002",2,"1,000",2016-10\n')
    assert found == [{"month": "2016-10", "reasons": {"D(i)": 2, "D(ii)": 1000}, "total": 1002, "flag": ""}]


@pytest.mark.parametrize("text", ["2016-13", "10-2016", "16-10", "Oct-2016-1", "Okt-16", "10/01/2016", "42644", ""])
def test_what_is_no_month_is_none(text):
    assert month_meant(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the file is empty; its first line must name the columns"),
        (HEADER, "there is no month in this file"),
        (b"PK\x03\x04..", "this is an Excel workbook: save the sheet as CSV"),
        (RETURN.replace("A,E", "A,A"), "line 1: the column A is there twice"),
        (RETURN.replace("total", "C"), "line 1: the column total is missing"),
        ("month,total\n2016-10,3\n", "line 1: there is no reason among the columns (A, B, C, D(i)"),
        (with_line(3, None), "line 3: the month 2016-11 is missing between 2016-10 and 2016-12"),
        (RETURN + "2016-10,10,20,30,25,5,\n", "line 5: the month 2016-10 is given twice"),
        (with_line(3, f"{LINES[1]}\n{LINES[0]}"), "line 4: the month 2016-10 is given twice"),
        (RETURN + "2016-09,10,20,30,25,5,\n", "line 5: the month 2016-09 stands after 2016-12: write the months in"),
        (with_line(2, "2016-10,10,20,31,26,5,"), "line 2: 2016-10: the reasons add up to 30 delayed days, and the"),
        (with_line(2, "2016-10,10,20,30,26,5,"), "line 2: 2016-10: acute + non_acute is 31 delayed days, and the"),
        (with_line(2, "2016-10,-1,31,30,25,5,"), "line 2: '-1' is not allowed: A: must be 0 or more"),
        (with_line(2, "2016-10,,30,30,25,5,"), "line 2: A: the number is missing; write 0 where there were none"),
        (with_line(2, "2016-10,2.5,28,30,25,5,"), "line 2: '2.5' is not allowed: A: must be a whole number"),
        (with_line(2, "2016-10,ten,20,30,25,5,"), "line 2: 'ten' is not allowed: A: must be a whole number such as 45"),
        (with_line(2, "2016-10,10,20,30,25,5"), "line 2: must have 7 fields, as the first line has; this has 6"),
        (with_line(2, "2016-10,,,,,,why"), "line 2: '2016-10' is not allowed: this month is flagged, but it has no"),
        (with_line(2, "2016-10,,,,,,"), "line 2: '2016-10' is not allowed: this month has no figures: write"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_column(tmp_path, text, expected):
    (found,) = problems(tmp_path, text)
    assert found.removeprefix(f"{tmp_path / 'return.csv'}: ").startswith(expected), found


def test_a_column_that_there_is_not_is_told_with_those_there_are(tmp_path):
    (found,) = problems(tmp_path, RETURN.replace("acute,flag", "acute,flags"))
    assert found.startswith("line 1: 'flags' is not allowed: there is no such column; did you mean flag? (allowed: mon")
    assert "D(ii), E, F, G, H, I, total, acute, non_acute, nhs, social_care, both, trust_non_elective_spells" in found


def test_a_month_that_cannot_be_read_is_told_how_to_be_written(tmp_path):
    (found,) = problems(tmp_path, with_line(2, "13/10/2016,10,20,30,25,5,"))
    assert found == (
        "line 2: '13/10/2016' is not allowed: must be a month such as 2016-10, Oct-16 or 01/10/2016 (its first day): "
        "write 2016-10"
    )
    (found,) = problems(tmp_path, with_line(2, "42644,10,20,30,25,5,"))
    assert found == ("line 2: '42644' is not allowed: this is how Excel counts days: write the month, 2016-10")


def test_all_problems_are_told_at_once_in_the_order_of_the_file(tmp_path):
    text = "\n".join([HEADER, "2016-10,1,2,4,4,0,", "Dec-16,1,2,3,,3,", "2017-01,1,2,3,1,1,"])
    assert [problem.partition(":")[0] for problem in problems(tmp_path, text)] == [
        "line 2",
        "line 3",
        "line 3",
        "line 4",
    ]


def test_a_line_that_cannot_be_read_makes_no_gap(tmp_path):
    (only,) = problems(tmp_path, with_line(3, "Novembre 2016,11,0,11,11,0,"))
    assert "must be a month" in only


def test_the_city_names_the_line_of_the_file_and_its_own_setting(city):
    csv_file = city.parent / "observed" / "return.csv"
    csv_file.write_text(with_line(2, "2016-10,10,20,31,25,6,"), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        flowsim.load_config(city)
    assert str(caught.value) == (
        f"{csv_file}, line 2: observed.monthly_return: 2016-10: the reasons add up to 30 delayed days, and the total "
        "is 31"
    )


def test_a_file_that_is_not_there_is_named(city):
    city.write_text(city.read_text(encoding="utf-8").replace("return.csv", "retrun.csv"), encoding="utf-8")
    with pytest.raises(
        ConfigError, match=r"observed.monthly_return: 'observed/retrun.csv' is not allowed: there is no"
    ):
        flowsim.load_config(city)


def test_a_reason_that_the_city_lacks_is_named_and_one_without_days_is_not(city):
    csv_file = city.parent / "observed" / "return.csv"
    disputes = RETURN.replace("total", "H,total").replace(",30,", ",0,30,").replace(",11,11", ",0,11,11")
    csv_file.write_text(disputes.replace(",15,", ",0,15,"), encoding="utf-8")
    flowsim.load_config(city)
    csv_file.write_text(disputes.replace("8,15,", "6,2,15,"), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        flowsim.load_config(city)
    assert "observed: the return has days of reason H, and no delay reason of the city has this code" in str(
        caught.value
    )


def test_months_given_in_python_are_checked_too():
    month = {"reasons": {"A": 1}, "total": 1}
    with pytest.raises(ValueError, match="the month 2016-02 is missing between 2016-01 and 2016-03"):
        ObservedSeries(monthly_return=[{"month": "2016-01", **month}, {"month": "2016-03", **month}], source="x")
    with pytest.raises(ValueError, match="the reasons add up to 1 delayed days, and the total is 2"):
        ObservedSeries(monthly_return=[{"month": "2016-01", **month, "total": 2}], source="x")
    with pytest.raises(ValueError, match="nhs and social_care and both belong together"):
        ObservedSeries(monthly_return=[{"month": "2016-01", **month, "nhs": 1}], source="x")


def test_the_shipped_file_can_be_read_by_any_program():
    with SHEFFIELD_RETURN.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if not row[0].startswith("#")]
    assert {len(row) for row in rows} == {len(rows[0])}


def test_a_return_given_in_place_of_a_city_is_told_apart():
    with pytest.raises(ConfigError, match=r"sheffield_dtoc.csv: this is a table \(CSV\), and not a file of settings"):
        flowsim.load_config(SHEFFIELD_RETURN)


def test_a_city_that_was_copied_without_its_return_is_refused_and_says_what_to_do(city):
    (city.parent / "observed" / "return.csv").unlink()
    with pytest.raises(ConfigError) as caught:
        flowsim.load_config(city)
    (problem,) = caught.value.problems
    assert f"there is no file {city.parent / 'observed' / 'return.csv'}" in str(problem)
    assert str(problem).endswith("copy it along with the file that names it, or take the group observed out")
