"""`flowsim check`: what people read of dates, loads and warnings; a warning is no error."""

import pytest


def check(flowsim_says, city, text):
    path = city.with_name("variant.yaml")
    path.write_text(f"extends: {city.name}\nrun: {{warm_up_days: 200}}\n{text}", encoding="utf-8")
    return flowsim_says("check", path)


def test_it_lists_what_changes_when_with_its_source(flowsim_says, tiny_city):
    text = (
        "history: {winter_ward: {title: A winter ward, source: board paper, from_date: 2017-05-01, "
        "to_date: 2017-05-14, changes: [{path: ward.beds, add: 24}]}}\n"
    )
    code, out, err = check(flowsim_says, tiny_city, text)
    assert (code, err) == (0, "")
    assert "What changes when" in out
    (row,) = (line for line in out.splitlines() if "+24" in line)
    assert [part in row for part in ("ward.beds", "2017-05-01", "2017-05-14", "A winter ward; board paper")] == [
        True
    ] * 4
    assert "WARNING" not in out


def test_warnings_are_sentences_and_no_errors(flowsim_says, tiny_city):
    closure = "changes: [{path: services.transport.vehicles, set: 0, from_date: 2017-05-01, to_date: 2017-05-07}]\n"
    code, out, err = check(flowsim_says, tiny_city, closure)
    assert (code, err) == (0, "")
    (row,) = (line for line in out.splitlines() if line.strip().startswith("transport"))
    assert "2017-05-01 to 2017-05-07; WARNING: closed" in row
    (sentence,) = (line for line in out.splitlines() if line.startswith("WARNING: "))
    assert sentence.startswith("WARNING: transport is closed from 1 May 2017 to 7 May 2017, and ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("changes: [{path: run.seed, set: 1, to_date: 2017-05-07}]\n", "holds for a whole run"),
        ("changes: [{path: ward.beds, set: 1, to_date: 7/5/2017}]\n", "must be a date such as"),
        ("history: {x: {changes: [{path: ward.beds, set: 1, to_date: 2017-05-07}]}}\n", "source: this setting is miss"),
        ("capacity_changes: {ward_beds: [{from_date: 2017-05-01, units: 3}]}\n", "{path: ward.beds, set: 40, from_d"),
    ],
)
def test_what_is_wrong_with_a_dated_change_is_an_error_in_its_line(flowsim_says, tiny_city, text, message):
    code, out, err = check(flowsim_says, tiny_city, text)
    assert (code, out) == (2, "")
    assert "variant.yaml, line 3" in err and message in err


def test_a_dated_change_of_a_scenario_is_blamed_where_it_stands(flowsim_says, tiny_question):
    bad = "  - {name: bad, changes: [{path: services.nursing_share, scale: 9, from_date: 2016-11-01}]}\n"
    path = tiny_question(1)
    path.write_text(path.read_text(encoding="utf-8").rstrip() + "\n" + bad, encoding="utf-8")
    code, _, err = flowsim_says("check", path)
    assert code == 2
    assert "scenarios.3.changes.0: services.nursing_share: " in err and "must be 1 or less" in err
