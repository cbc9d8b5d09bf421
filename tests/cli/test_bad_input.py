"""Whatever the user gets wrong ends in exit code 2 and one clear message: file, line, path, and what is allowed."""

import subprocess
import sys
from pathlib import Path

import pytest
from paths import CONFIGS

CASES = {
    "broken YAML": (
        "run: {horizon_days: 30\nname: x\n",
        "line 3: the bracket that opens in line 2 is not closed, or a comma is missing in between",
    ),
    "wrong indentation": (
        "run:\n  horizon_days: 30\n seed: 4\n",
        "line 4: this line does not fit the one above: check how far it is indented",
    ),
    "duplicated key": (
        "run:\n  seed: 1\n  seed: 2\n",
        "line 4: run.seed: this setting is given twice (first in line 3)",
    ),
    "misspelt key": (
        "run:\n  horzion_days: 3\n",
        "line 3: run.horzion_days: there is no such setting; did you mean horizon_days?",
    ),
    "wrong type": ("ward:\n  beds: many\n", "line 3: ward.beds: 'many' is not allowed: must be a whole number"),
    "negative rate": (
        "streams:\n  direct:\n    spells_per_day: -3\n",
        "line 4: streams.direct.spells_per_day: -3 is not allowed: must be 0 or more",
    ),
    "probability above 1": (
        "services:\n  nursing_share: 1.2\n",
        "line 3: services.nursing_share: 1.2 is not allowed: must be 1 or less",
    ),
    "shares that sum to 0.9": (
        "patients:\n  support_need:\n    85+: {none: 0.5, some: 0.3, high: 0.1}\n",
        "line 4: patients.support_need.85+: shares must sum to 1, these sum to 0.9",
    ),
    "shares of services that sum to 0.9": (
        "services:\n  active_recovery:\n    stit: {share: 0.4}\n    cics: {share: 0.5}\n",
        "line 3: services.active_recovery: the shares of the services of a kind must sum to 1, these sum to 0.9",
    ),
    "unknown calendar": (
        "discharge_planning:\n  team: {calendar: discharge_teem}\n",
        "line 3: discharge_planning.team.calendar: 'discharge_teem' is not allowed: "
        "there is no calendar called discharge_teem; did you mean discharge_team? (there are ward_rounds, ",
    ),
    "unknown service": (
        "costs:\n  pools:\n    stitt: {gbp: 1, per: used_day}\n",
        "line 4: costs.pools.stitt: there is no service or pool called stitt; did you mean stit? (there are ",
    ),
    "unknown delay reason": (
        "services:\n  equipment: {reason: equipmet}\n",
        "line 3: services.equipment.reason: 'equipmet' is not allowed: there is no delay reason called equipmet; "
        "did you mean equipment?",
    ),
    "no beds": ("ward: {beds: 0}\n", "line 2: ward.beds: 0 is not allowed: must be 1 or more"),
    "no vacancies": (
        "services: {homecare: {homecare: {starts_per_week: 0}}}\n",
        "line 2: services.homecare.homecare.starts_per_week: 0 is not allowed: must be more than 0",
    ),
    "end before start": (
        "run: {horizon_days: -10}\n",
        "line 2: run.horizon_days: -10 is not allowed: must be 1 or more",
    ),
    "never open": (
        "calendars:\n  transport: {from_hour: 9, to_hour: 9}\n",
        "line 3: calendars.transport: from 9 to 9 is no time at all; the whole day is from 0 to 24, and a night is",
    ),
    "an hour as a clock has it": (
        "calendars:\n  transport: {from_hour: 8:30}\n",
        "line 3: calendars.transport.from_hour: '8:30' is not allowed: must be a number: write 8.5",
    ),
    "beds that are no whole number": (
        "ward: {beds: '12,5'}\n",
        "line 2: ward.beds: '12,5' is not allowed: must be a whole number",
    ),
    "bank holidays of a whole kingdom": (
        "bank_holidays: {country: GB, subdivision: null}\n",
        "line 2: bank_holidays: every part of GB has bank holidays of its own; name the part: subdivision: ENG (there "
        "are ENG, NIR, SCT, WLS)",
    ),
    "date beyond all calendars": (
        "run: {start_date: 9999-01-01}\n",
        "line 2: run.start_date: '9999-01-01' is not allowed: must be 2150-01-01 or earlier",
    ),
    "python tag": (
        "name: !!python/object/apply:os.system ['touch pwned']\n",
        "line 2: name: the tag !!python/object/apply:os.system is not allowed: write plain values",
    ),
    "horizon beyond all memory": (
        "run: {horizon_days: 1000000000}\n",
        "line 2: run.horizon_days: 1000000000 is not allowed: must be 36500 or less",
    ),
    "more patients than fit in memory": (
        "run: {horizon_days: 36500}\nstreams: {direct: {spells_per_day: 100}}\n",
        "line 2: run: 36,605 days of this city do not fit in memory: they make more than 2,000,000 spells and "
        "vacancies",
    ),
    "unknown country": (
        "bank_holidays: {country: Yorkshire}\n",
        "line 2: bank_holidays.country: 'Yorkshire' is not allowed: must be a country code such as GB",
    ),
    "unknown part of a country": (
        "bank_holidays: {subdivision: YRK}\n",
        "line 2: bank_holidays.subdivision: 'YRK' is not allowed: must be a part of GB: ENG, NIR, SCT, WLS",
    ),
    "service named like a place": (
        "services:\n  nursing:\n    ward: {share: 0, starts_per_week: 2, "
        "unused_limit: 3, calendar: care_homes, reason: nursing_home,\n      "
        "lag: {working_hours: {distribution: fixed, value: 3}, calendar: brokerage}}\n",
        "line 4: services.nursing.ward: the model uses this name itself; choose another",
    ),
    "service with an unusable name": (
        "services:\n  nursing:\n    Nursing homes 2: {share: 0, starts_per_week: 2, unused_limit: 3, "
        "calendar: care_homes, reason: nursing_home,\n      "
        "lag: {working_hours: {distribution: fixed, value: 3}, calendar: brokerage}}\n",
        "line 4: services.nursing.Nursing homes 2: the name of a service must begin with a lower-case letter",
    ),
    "target of nothing": (
        "targets:\n  dtoc_delayed_dais: {value: 3, source: x}\n",
        "line 3: targets.dtoc_delayed_dais: there is no measure of this name",
    ),
    "an entry of a history that overlaps itself": (
        "history:\n  cut:\n    source: x\n    changes:\n"
        "      - {path: ward.beds, scale: 0.9, from_date: 2016-10-20, to_date: 2016-11-05}\n"
        "      - {path: ward.beds, scale: 0.8, from_date: 2016-11-05}\n",
        "line 7: history.cut.changes.1: ward.beds is changed already from 2016-10-20 to 2016-11-05 by an earlier "
        "change of the same list, and this one holds from 2016-11-05: let one end (to_date) before the other begins",
    ),
    "no such entry of a list": (
        "history:\n  cut:\n    source: x\n    from_date: 2016-11-01\n    changes:\n"
        "      - {path: streams.direct.weekdays.7, scale: 0.9}\n",
        "line 7: history.cut.changes.0: streams.direct.weekdays.7: there is no such setting: streams.direct.weekdays "
        "has 7 entries, streams.direct.weekdays.0 to streams.direct.weekdays.6",
    ),
    "extends nothing": (
        "extends: none.yaml\n",
        "line 1: extends: 'none.yaml' is not allowed: there is no file none.yaml",
    ),
}


def refused(said, message):
    code, out, err = said
    assert (code, out) == (2, "")
    assert err.startswith(message)
    assert err.count("\n") == 1
    assert "Traceback" not in err


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize(("text", "message"), CASES.values(), ids=CASES)
def test_what_is_wrong_in_a_file(flowsim_says, tiny_city, command, text, message):
    extends = "" if text.startswith("extends") else "extends: ../tiny.yaml\n"
    Path("city.yaml").write_text(extends + text)
    refused(flowsim_says(command, "city.yaml"), f"city.yaml, {message}")
    assert [path.name for path in Path.cwd().iterdir()] == ["city.yaml"]


@pytest.mark.parametrize("command", ["check", "run"])
def test_what_is_wrong_with_a_file(flowsim_says, command):
    Path("folder").mkdir()
    Path("empty.yaml").touch()
    Path("a.yaml").write_text("extends: b.yaml\n")
    Path("b.yaml").write_text("\nextends: a.yaml\n")
    refused(flowsim_says(command, "none.yaml"), "none.yaml: there is no such file")
    refused(flowsim_says(command, "folder"), "folder: this is a folder, not a file")
    refused(flowsim_says(command, "empty.yaml"), "empty.yaml: the file is empty")
    refused(
        flowsim_says(command, "a.yaml"),
        "b.yaml, line 2: extends: 'a.yaml' is not allowed: files extend one another in a circle: "
        "a.yaml -> b.yaml -> a.yaml",
    )


def test_an_experiment_that_is_given_for_a_city_is_named_with_the_command_that_runs_it(flowsim_says, tiny_question):
    path = tiny_question(1)
    message = f"{path}: this is an experiment, not a city; to run it: flowsim experiment {path}\n"
    for command in (["run"], ["document"], ["calibrate", "--targets", CONFIGS / "sheffield_2014_2018.targets.yaml"]):
        refused(flowsim_says(*command, path), message)
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize("text", ["", "ward: {bedz: 3}\n"])
def test_a_city_that_is_given_for_an_experiment_is_named_with_the_command_that_runs_it(flowsim_says, tiny_city, text):
    tiny_city.write_text(tiny_city.read_text() + text)
    message = f"{tiny_city}: this is a city, not an experiment; to simulate it: flowsim run {tiny_city}\n"
    refused(flowsim_says("experiment", tiny_city), message)


def test_an_experiment_without_its_base_is_no_city(flowsim_says, tiny_question):
    path = tiny_question(1)
    path.write_text(path.read_text().replace("base: tiny.yaml\n", ""))
    code, _, err = flowsim_says("experiment", path)
    assert code == 2
    assert err == f"{path}, line 1: base: this setting is missing\n"


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_simulated(flowsim_says, tiny_city, monkeypatch):
    monkeypatch.setattr("flowsim.run.tasks.simulate", None)
    Path("file").touch()
    for out in ("file", Path("file") / "a" / "b"):
        said = flowsim_says("run", tiny_city, "--workers", 1, "--out", out)
        refused(said, f"{out}: results cannot be written here: file is a file, not a folder")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--replications", "0"], "'--replications'"),
        (["--replications", "two"], "'--replications'"),
        (["--seed", "-1"], "'--seed'"),
        (["--seed", str(2**63)], "'--seed'"),
        (["--workers", "0"], "'--workers'"),
        (["--engine", "steam"], "engine: 'steam' is not allowed: must be one of "),
        (["--replication", "2"], "--replications"),
    ],
)
def test_what_is_wrong_in_the_command(flowsim_says, tiny_city, arguments, message):
    code, out, err = flowsim_says("run", tiny_city, *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


def test_the_program_itself_ends_so(tmp_path):
    command = [sys.executable, "-m", "flowsim", "run", "none.yaml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "none.yaml: there is no such file\n")
