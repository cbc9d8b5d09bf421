"""The commands that calibrate: what they write, and what they say to wrong targets."""

import pytest

from flowsim import load_config
from flowsim.experiment.ensemble_file import load_ensemble

PARAMETERS = """
parameters:
  - {path: streams.emergency_department.spells_per_day, low: 3, high: 8, why: not published}
"""
TARGETS = """
targets:
  - {measure: non_elective_admissions, value: 4100, tolerance: {relative: 0.05}, source: invented}
"""
SOUND = PARAMETERS + TARGETS + "replications: 2\n"
WRONG = {
    "unknown path": (
        ("spells_per_day", "spels_per_day"),
        "line 3: parameters.0.path: 'streams.emergency_department.spels_per_day' is not allowed: there is no "
        "setting of this name that is a number; did you mean streams.emergency_department.spells_per_day?",
    ),
    "a path that is no number": (
        ("emergency_department.spells_per_day", "emergency_department.hours"),
        "line 3: parameters.0.path: 'streams.emergency_department.hours' is not allowed: there is no setting of this "
        "name that is a number",
    ),
    "a setting of the run": (
        ("streams.emergency_department.spells_per_day", "run.seed"),
        "line 3: parameters.0.path: 'run.seed' is not allowed: must be a setting of the city itself",
    ),
    "low above high": (("low: 3", "low: 9"), "line 3: parameters.0.low: 9 is not allowed: must be below high (8)"),
    "log of nothing": (
        ("low: 3", "scale: log, low: 0"),
        "line 3: parameters.0.low: 0 is not allowed: must be more than 0 on a log scale",
    ),
    "the city lies outside": (
        ("low: 3", "low: 6"),
        "line 3: parameters.0.low: 6.0 is not allowed: the city's own value (5) must lie between low and high",
    ),
    "a bound that no city can have": (
        ("streams.emergency_department.spells_per_day, low: 3", "services.nursing_share, low: 0.1"),
        "line 3: parameters.0.high: 8.0 is not allowed: no city can have this value: services.nursing_share: must be 1 "
        "or less",
    ),
    "no reason": ((", why: not published", ""), "line 3: parameters.0.why: this setting is missing"),
    "unknown measure": (
        ("non_elective_admissions", "non_elective_admission"),
        "line 6: targets.0.measure: 'non_elective_admission' is not allowed: there is no measure of this name; did you "
        "mean non_elective_admissions?",
    ),
    "a share above 1": (
        ("non_elective_admissions, value: 4100", "at_home_91_days_share, value: 1.4"),
        "line 6: targets.0.value: 1.4 is not allowed: must be between 0 and 1, since this is a share",
    ),
    "a negative count": (
        ("value: 4100", "value: -3"),
        "line 6: targets.0.value: -3.0 is not allowed: must be 0 or more, as every measure is",
    ),
    "no tolerance": (
        ("relative: 0.05", "relative: 0"),
        "line 6: targets.0.tolerance.relative: 0 is not allowed: must be more than 0",
    ),
    "two tolerances": (
        ("relative: 0.05", "relative: 0.05, absolute: 3"),
        "line 6: targets.0.tolerance: give exactly one of the two: absolute or relative",
    ),
    "a share of nothing": (
        ("value: 4100", "value: 0"),
        "line 6: targets.0.tolerance: a target of 0 needs an absolute tolerance",
    ),
    "more parameters than targets": (
        ("\ntargets:", "  - {path: ward.beds, low: 600, high: 700, why: not published}\ntargets:"),
        "line 2: parameters: 1 target cannot identify 2 free parameters; fix some of them, or add targets",
    ),
    "a setting that is free twice": (
        (
            "\ntargets:",
            "  - {path: [ward.beds, streams.emergency_department.spells_per_day], low: 0.9, high: 2, why: x}\ntargets:",
        ),
        "line 4: parameters.1.path.1: 'streams.emergency_department.spells_per_day' is not allowed: this setting is "
        "free already; it can belong to only one parameter",
    ),
    "a measure that is aimed at twice": (
        (
            "replications",
            "  - {measure: non_elective_admissions, value: 9, tolerance: {absolute: 1}, source: x}\nreplications",
        ),
        "line 7: targets.1.measure: 'non_elective_admissions' is not allowed: this measure has a target already",
    ),
    "misspelt key": (
        ("tolerance:", "tolerence:"),
        "targets.0.tolerence: there is no such setting; did you mean tolerance?",
    ),
    "one run": (("replications: 2", "replications: 1"), "line 7: replications: 1 is not allowed: must be 2 or more"),
}


@pytest.fixture
def targets(tmp_path):
    path = tmp_path / "targets.yaml"
    path.write_text(SOUND, encoding="utf-8")
    return path


@pytest.mark.parametrize("command", ["calibrate", "ensemble"])
@pytest.mark.parametrize(("change", "says"), WRONG.values(), ids=WRONG)
def test_wrong_targets_are_met_with_file_line_path_and_what_is_allowed(
    flowsim_says, tiny_city, targets, tmp_path, command, change, says
):
    before, after = change
    assert before in SOUND
    targets.write_text(SOUND.replace(before, after, 1), encoding="utf-8")
    code, out, err = flowsim_says(command, tiny_city, "--targets", targets, "--workers", 1)
    assert code == 2
    assert out == ""
    assert f"{targets}" in err
    assert says in err
    assert "Traceback" not in err
    assert not any((tmp_path / "here").iterdir())


def test_a_file_that_is_not_there_is_named(flowsim_says, tiny_city, tmp_path):
    code, _, err = flowsim_says("calibrate", tiny_city, "--targets", tmp_path / "none.yaml")
    assert code == 2
    assert "none.yaml: there is no such file" in err


def test_calibrate_writes_a_city_that_loads_and_an_ensemble_of_it(flowsim_says, tiny_city, targets, tmp_path):
    code, out, _ = flowsim_says("calibrate", tiny_city, "--targets", targets, "--workers", 1)
    assert code == 0
    assert "non_elective_admissions" in out
    folder = tmp_path / "here" / "results" / "tiny_calibration"
    names = {path.name for path in folder.iterdir() if path.is_file()}
    assert names >= {"calibrated.yaml", "report.html", "manifest.json"}
    assert names >= {"fit.csv", "parameters.csv", "sensitivity.csv", "directions.csv"}

    again = sorted((folder / "evaluations").iterdir())
    written = [path.stat().st_mtime_ns for path in again]
    assert flowsim_says("calibrate", tiny_city, "--targets", targets, "--workers", 1)[0] == 0
    assert sorted((folder / "evaluations").iterdir()) == again
    assert [path.stat().st_mtime_ns for path in again] == written

    city = folder / "calibrated.yaml"
    code, out, _ = flowsim_says("ensemble", city, "--targets", targets, "--members", 3, "--workers", 1)
    assert code == 0
    assert "3 members" in out
    assert len(load_ensemble(folder / "calibrated.ensemble.yaml", load_config(city)).members) == 3


def test_a_budget_that_is_too_small_is_refused(flowsim_says, tiny_city, targets):
    code, _, err = flowsim_says("calibrate", tiny_city, "--targets", targets, "--budget", 3, "--workers", 1)
    assert code == 2
    assert "budget: 3 is not allowed: must be 5 or more" in err
