"""The model written up: complete, the same everywhere, and not stale in the repository."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from from_config import network_of
from paths import ROOT, SHEFFIELD, SHEFFIELD_V01

from flowsim.engine.log_columns import LOG_COLUMNS
from flowsim.measures.catalogue import measure_names
from flowsim.measures.catalogue import rows as catalogue_rows
from flowsim.measures.measure import PoolMeasure
from flowsim.model.cohort_columns import COHORT_COLUMNS
from flowsim.report.document.documents import DICTIONARY, PICTURE, REPORT, documents
from flowsim.report.document.markdown import shown, table
from flowsim.report.settings_table import settings_of
from flowsim.run.load_city import load_config

LOCALITY = ROOT / "configs" / "examples" / "step_down_only.yaml"
RENEW = "flowsim document configs/sheffield_2016_17.yaml --out docs"
SECTIONS = ["Objectives", "Logic", "Data", "Experimentation", "Implementation", "Code access"]


@pytest.fixture(scope="module", params=[SHEFFIELD, LOCALITY], ids=lambda path: path.stem)
def written(request):
    config = load_config(request.param)
    return config, network_of(config), documents(request.param)


def section(text, title):
    """What stands below a heading, up to the next of its level."""
    level = re.search(rf"^(#+) {re.escape(title)}$", text, re.MULTILINE)
    rest = text[level.end() :]
    following = re.search(rf"^#{{1,{len(level[1])}}} ", rest, re.MULTILINE)
    return rest[: following.start()] if following else rest


def rows(text):
    """The first cells of all rows of tables, as names."""
    return [line.split("`")[1] for line in text.splitlines() if line.startswith("| `")]


def test_the_documents_in_the_repository_are_those_of_today():
    for name, text in documents(SHEFFIELD).items():
        path = ROOT / "docs" / name
        assert path.exists(), f"docs/{name} is missing; write it with: {RENEW}"
        assert path.read_text(encoding="utf-8") == text, f"docs/{name} is stale; renew it with: {RENEW}"


def test_the_six_sections_of_stress_des_are_there_in_order(written):
    _, _, texts = written
    assert re.findall(r"^## \d (.+)$", texts[REPORT], re.MULTILINE) == SECTIONS


def test_every_activity_has_one_row_with_all_that_may_follow(written):
    _, network, texts = written
    logic = section(texts[REPORT], "2.2 Base model logic")
    assert sorted(rows(logic)) == sorted(a.name for a in network.activities)
    for activity in network.activities:
        (row,) = (line for line in logic.splitlines() if line.startswith(f"| `{activity.name}` |"))
        named = {name for name in (activity.place, activity.pool, activity.duration, activity.reason) if name}
        named |= {activity.patience, activity.otherwise, activity.calendar} - {None}
        named |= {activity.next} if isinstance(activity.next, str) else set()
        assert all(f"`{name}`" in row for name in named)
        assert ("the spell ends" in row) == (activity.next is None)


def test_every_activity_is_in_a_graph(written):
    _, network, texts = written
    graphs = "".join(re.findall(r"```mermaid\n(.*?)```", texts[REPORT], re.DOTALL))
    drawn = set(re.findall(r'^    a_(\w+)\["', graphs, re.MULTILINE))
    assert drawn == {a.name for a in network.activities}


def test_every_pool_is_a_resource_with_its_capacity_and_has_a_queue(written):
    _, network, texts = written
    resources, queues = section(texts[REPORT], "Resources").split("#####")[0], section(texts[REPORT], "Queues")
    names = [pool.name for pool in network.pools]
    assert rows(resources) == names
    assert rows(queues) == names
    for pool in network.pools:
        (row,) = (line for line in resources.splitlines() if line.startswith(f"| `{pool.name}` |"))
        assert pool.kind in row
        sizes = [units for _, units in pool.capacity]
        over_time = f"| {min(sizes):,} to {max(sizes):,}, from day to day |"
        if pool.kind != "vacancies":
            assert (f"| {sizes[0]} |" in row) if len(set(sizes)) == 1 else (over_time in row or f"| {sizes[0]}" in row)


def test_every_entry_exit_stream_and_calendar_is_named(written):
    config, network, texts = written
    points = section(texts[REPORT], "Entry and exit points")
    assert set(network.entries) <= set(rows(points))
    assert {a.name for a in network.activities if a.next is None} <= set(rows(points))
    assert set(config.streams) <= set(rows(section(texts[REPORT], "Entities")))
    assert set(config.calendars) <= set(rows(section(texts[REPORT], "Working hours")))


def test_every_setting_column_and_measure_is_in_the_dictionary(written):
    config, _, texts = written
    dictionary = texts[DICTIONARY]
    listed = rows(section(dictionary, "Settings"))
    assert listed == [setting.path for setting in settings_of(config)]
    measures = section(dictionary, "Measures")
    assert all(f"`{name}`" in measures for name in measure_names(config))
    assert rows(section(dictionary, "Columns of the cohort")) == [column.name for column in COHORT_COLUMNS]
    assert rows(section(dictionary, "Columns of the journey log")) == [column.name for column in LOG_COLUMNS]


def test_every_measure_has_its_unit_direction_range_and_definition_in_the_dictionary(written):
    _, _, texts = written
    measures = section(texts[DICTIONARY], "Measures")
    for row in catalogue_rows():
        (line,) = (line for line in measures.splitlines() if line.startswith(f"| `{row.name}` |"))
        _, _, unit, better, possible, definition, _ = (cell.strip() for cell in line.split("|"))
        assert (unit, definition) == (row.unit, row.definition)
        assert better == {1: "more", -1: "less", 0: "depends"}[row.better]
        assert possible == ("0 or more" if row.highest is None else f"0 to {row.highest:g}")


def test_a_pool_of_the_dictionary_has_the_measures_that_it_has_in_a_run(written):
    config, network, texts = written
    pools = section(section(texts[DICTIONARY], "Measures"), "Pools and their measures")
    assert rows(pools) == [pool.name for pool in network.pools]
    of_pools = [row for row in catalogue_rows() if isinstance(row, PoolMeasure)]
    named = {name for row in of_pools for pool in network.pools if (name := row.of(pool.name)) in pools}
    assert named == {name for name in measure_names(config) if any(row.one_in(name) for row in of_pools)}


def test_a_city_without_provenance_says_that_sources_are_not_given(tmp_path):
    shutil.copy(SHEFFIELD_V01, tmp_path / "city.yaml")
    texts = documents(tmp_path / "city.yaml")
    assert "**Sources are not given**" in section(texts[REPORT], "3.1 Data sources")
    assert "**Sources are not given**" in texts[DICTIONARY]
    given = documents(SHEFFIELD)
    assert "not given" not in section(given[REPORT], "3.1 Data sources")


def test_a_city_that_changes_another_marks_what_it_changes(tmp_path):
    path = tmp_path / "more.yaml"
    path.write_text(f"extends: {SHEFFIELD.as_posix()}\nward: {{beds: 700}}\n")
    marked = [line for line in documents(path)[DICTIONARY].splitlines() if "**changed here**" in line]
    assert [line.split("`")[1] for line in marked] == ["ward.beds"]
    assert "| 700 |" in marked[0]
    assert "(before: 665)" in marked[0]


def test_a_team_of_other_people_each_day_and_hours_by_day_take_one_line(tmp_path):
    path = tmp_path / "skeleton.yaml"
    path.write_text(
        f"extends: {SHEFFIELD_V01.as_posix()}\n"
        "discharge_planning: {team: {staff: 20.4}}\n"
        "calendars: {ward_rounds: {hours_by_day: {sat: [8, 17]}, open_on_bank_holidays: [9, 14]}}\n",
        encoding="utf-8",
    )
    text = documents(path)["stress_des.md"]
    assert "| 20 to 21, from day to day |" in text
    (row,) = (line for line in text.splitlines() if line.startswith("| `ward_rounds` |"))
    assert "8 to 18<br>sat: 8 to 17" in row and row.endswith("| 9 to 14 |")


def test_the_same_file_gives_the_same_bytes_in_another_process_and_folder(tmp_path):
    command = (
        "import sys, hashlib; from pathlib import Path; from flowsim.report.document.documents import documents\n"
        "print(hashlib.sha256(repr(documents(Path(sys.argv[1]))).encode()).hexdigest())"
    )
    said = subprocess.run(
        [sys.executable, "-c", command, str(SHEFFIELD)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONHASHSEED": "12345", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    here = hashlib.sha256(repr(documents(Path(os.path.relpath(SHEFFIELD)))).encode()).hexdigest()
    assert said.stdout.strip() == here


def test_no_document_names_the_folder_it_was_made_in(written):
    _, _, texts = written
    assert not any(str(ROOT) in text for text in texts.values())


def test_names_and_texts_of_a_configuration_cannot_break_a_table():
    (line,) = table(("a", "b"), [("x | y\nz", None), ("", "w")]).splitlines()[2:3]
    assert line == "| x \\| y<br>z |  |"
    assert table(("a", "b"), [("x", "")]) == "| a |\n| --- |\n| x |"
    assert table(("a",), []) == "None."


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (1.0, "1"), (0.002, "0.002"), ([1.0, 0.5], "1, 0.5"), ([{"a": 1}, {"a": 2}], "a: 1; a: 2")],
)
def test_values_are_shown_as_they_are_written(value, text):
    assert shown(value) == text


def test_the_report_shows_the_picture_that_is_written_beside_it(written):
    _, _, texts = written
    assert f"]({PICTURE})" in texts[REPORT]
    assert texts[PICTURE].startswith("<svg")
