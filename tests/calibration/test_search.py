"""Calibration: it recovers known settings, says what the targets do not identify, and continues where it stopped."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
import yaml
from recovered import assert_recovered

import flowsim
from flowsim.calibration.calibration_problem import load_calibration
from flowsim.calibration.evaluations import Evaluations
from flowsim.calibration.search import calibrate, slopes
from flowsim.config.changes import changed
from flowsim.config.errors import ConfigError
from flowsim.experiment.ensemble_file import load_ensemble
from flowsim.report.calibration.calibration_report import not_identified
from flowsim.run.worker_pool import worker_pool
from flowsim.workflow.run_calibration import CALIBRATED, run_calibration, run_ensemble

DECISION = "discharge_planning.simple_decision.working_hours"
FREE = [
    {"path": "streams.emergency_department.spells_per_day", "low": 3, "high": 9, "why": "not published"},
    {"path": "front_door.amu.same_day.early", "low": 0.2, "high": 0.6, "why": "not published"},
    {"path": [f"{DECISION}.mean", f"{DECISION}.sd"], "low": 0.4, "high": 2.5, "scale": "log", "why": "not published"},
]
BEFORE = """
front_door: {amu: {same_day: {early: 0.38}}}
discharge_planning: {simple_decision: {working_hours: {mean: 6, sd: 4.5}}}
"""
TRUTH = {
    "streams.emergency_department.spells_per_day": 6.5,
    "front_door.amu.same_day.early": 0.3,
    f"{DECISION}.mean": 9.0,  # 1.5 times what the city has
    f"{DECISION}.sd": 6.75,
}
TRUE_VALUES = [6.5, 0.3, 1.5]
MEASURES = ["non_elective_admissions", "amu_same_day_discharge_share", "excess_days", "length_of_stay_mean"]
REPLICATIONS = 8


@pytest.fixture(scope="module")
def city(tiny_text, tmp_path_factory):
    """Configuration file of the tiny city, with its own values where the tests move them."""
    path = tmp_path_factory.mktemp("city") / "city.yaml"
    path.write_text(tiny_text + BEFORE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def targets(city):
    """Targets file whose figures are simulated from known settings, with patients that calibration does not use."""
    true_city = changed(flowsim.load_config(city), TRUTH)
    runs = [flowsim.simulate(true_city, seed=5, replication=r).measures for r in range(REPLICATIONS)]
    values = np.array([[run[name] for name in MEASURES] for run in runs])
    two_sd = 2 * values.std(axis=0, ddof=1) / np.sqrt(REPLICATIONS)
    figures = [
        {"measure": name, "value": float(mean), "tolerance": {"absolute": float(within)}, "source": "simulated"}
        for name, mean, within in zip(MEASURES, values.mean(axis=0), two_sd, strict=True)
    ]
    return write(city.with_name("targets.yaml"), FREE, figures)


@pytest.fixture(scope="module")
def calibrated(city, targets):
    """What a calibration found and the folder it wrote."""
    folder = city.with_name("out")
    return run_calibration(city, targets, folder, workers=1), folder


def write(path, parameters, figures):
    content = {"parameters": parameters, "targets": figures, "replications": REPLICATIONS, "seed": 6}
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def search(city, targets, folder, budget=100):
    with worker_pool(1) as pool:
        return calibrate(load_calibration(city, targets), Evaluations(folder, pool, budget))


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_calibration_recovers_the_settings_that_made_the_figures(calibrated):
    """Each of three within its 95% interval, for a fixed seed; and the intervals say something."""
    found, _ = calibrated
    assert_recovered(found, TRUE_VALUES)


def test_every_target_comes_out_within_its_tolerance(calibrated):
    found, _ = calibrated
    missed = np.abs(found.after.mean(axis=0) - found.calibration.target_values)
    assert np.all(missed <= found.calibration.tolerances)
    before = np.abs(found.before.mean(axis=0) - found.calibration.target_values)
    assert np.any(before > found.calibration.tolerances)


def test_two_settings_with_the_same_effect_are_called_interchangeable(city, tmp_path):
    """Children and mothers are both counted and use no beds: only their sum is identified."""
    free = [
        {"path": f"streams.{name}.spells_per_day", "low": 0.5, "high": 4, "why": "not published"}
        for name in ("children", "maternity")
    ]
    figures = [
        {"measure": "non_elective_admissions", "value": 4200, "tolerance": {"relative": 0.01}, "source": "made up"},
        {"measure": "amu_same_day_discharge_share", "value": 0.3, "tolerance": {"absolute": 0.1}, "source": "made up"},
    ]
    found = search(city, write(tmp_path / "targets.yaml", free, figures), tmp_path / "tried")
    assert found.posterior.correlation[0, 1] < -0.8
    assert found.posterior.information[0] > 5
    assert found.posterior.information[1] < 1
    weak = found.posterior.directions[1]
    assert np.sign(weak[0]) == -np.sign(weak[1])
    sentences = not_identified([p.name for p in found.calibration.parameters], found.posterior)
    assert any("are interchangeable" in sentence for sentence in sentences)
    assert any("more of" in sentence and "less of" in sentence for sentence in sentences)


def test_an_interrupted_search_continues_where_it_stopped(calibrated, tmp_path):
    whole, folder = calibrated
    half = names(folder / "evaluations")[::2]
    (tmp_path / "evaluations").mkdir()
    for name in half:
        shutil.copy(folder / "evaluations" / name, tmp_path / "evaluations")
    simulated = []

    class Counting:
        """Workers who remember what they were asked."""

        def outcomes(self, call, tasks):
            simulated.extend(tasks)
            with worker_pool(1) as pool:
                yield from pool.outcomes(call, tasks)

    evaluations = Evaluations(tmp_path / "evaluations", Counting(), budget=100)
    resumed = calibrate(whole.calibration, evaluations)
    assert np.array_equal(resumed.point, whole.point)
    assert np.array_equal(resumed.held_out, whole.held_out)
    assert names(tmp_path / "evaluations") == names(folder / "evaluations")
    assert len(simulated) == REPLICATIONS * (whole.tried - len(half))


def test_what_was_tried_before_an_interruption_is_kept(city, targets, tmp_path):
    class Interrupted:
        """Workers who are interrupted in the middle of the third city."""

        def outcomes(self, call, tasks):
            with worker_pool(1) as pool:
                for task, outcome in pool.outcomes(call, tasks):
                    if tmp_path.exists() and len(names(tmp_path)) == 2:
                        raise KeyboardInterrupt
                    yield task, outcome

    with pytest.raises(KeyboardInterrupt):
        calibrate(load_calibration(city, targets), Evaluations(tmp_path, Interrupted(), budget=100))
    assert len(names(tmp_path)) == 2


def test_a_file_that_was_cut_off_is_simulated_again(city, targets, tmp_path):
    calibration = load_calibration(city, targets)
    with worker_pool(1) as pool:
        first = Evaluations(tmp_path, pool, budget=1).measured([calibration.city], MEASURES)
        (path,) = tmp_path.glob("*.json")
        path.write_text(path.read_text()[:100])
        again = Evaluations(tmp_path, pool, budget=1).measured([calibration.city], MEASURES)
    assert np.array_equal(first, again)
    assert len(json.loads(path.read_text())) == REPLICATIONS


def test_a_spent_budget_ends_the_search_with_the_best_so_far(city, targets, tmp_path):
    found = search(city, targets, tmp_path, budget=9)
    assert found.ended == "the budget was spent"
    assert found.tried <= 9
    assert np.abs(found.after.mean(axis=0) - found.calibration.target_values)[0] < 1000


def test_a_budget_that_is_too_small_to_look_around_is_refused(city, targets, tmp_path):
    with pytest.raises(ConfigError, match="must be 9 or more"):
        search(city, targets, tmp_path, budget=8)


def test_whole_settings_stay_whole_and_still_have_a_slope(city, tmp_path):
    """Two beds between the bounds: a twentieth of the way is no bed at all."""
    free = [{"path": "front_door.amu.beds", "low": 74, "high": 76, "why": "not published"}]
    figures = [{"measure": "excess_days", "value": 4000, "tolerance": {"relative": 0.5}, "source": "made up"}]
    calibration = load_calibration(city, write(tmp_path / "targets.yaml", free, figures))
    asked = []

    def values(points):
        asked.extend(calibration.settings(point)["front_door.amu.beds"] for point in points)
        return np.array([[[10.0 * calibration.settings(point)["front_door.amu.beds"]]] for point in points])

    assert slopes(np.array([0.5]), calibration, values) == pytest.approx(20)  # 10 a bed, and 2 beds between the bounds
    assert all(isinstance(beds, int) for beds in asked)
    assert len(set(asked)) == 2


def test_the_calibrated_configuration_is_the_city_that_was_simulated(city, calibrated):
    found, folder = calibrated
    after = flowsim.load_config(folder / CALIBRATED)
    assert after == changed(flowsim.load_config(city), found.calibration.settings(found.point))
    run = flowsim.simulate(after, seed=6)
    assert [run.measures[name] for name in MEASURES] == list(found.after[0])
    others = flowsim.simulate(after, seed=7)
    assert [others.measures[name] for name in MEASURES] == list(found.held_out[0])


def test_the_report_shows_the_fit(calibrated):
    found, folder = calibrated
    fit = pd.read_csv(folder / "fit.csv")
    assert list(fit["measure"]) == MEASURES
    assert fit["after"].to_numpy() == pytest.approx(found.after.mean(axis=0))
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Sent home the same day from the AMU" in page
    assert "http" not in page.replace("http://www.w3.org", "")


def test_members_match_every_target_and_differ(targets, calibrated, tmp_path):
    found, folder = calibrated
    file = tmp_path / "tiny.ensemble.yaml"
    ensemble = run_ensemble(folder / CALIBRATED, targets, 6, file, tmp_path, workers=1)
    calibration = ensemble.calibration
    members = load_ensemble(file, calibration.city).members
    assert len(members) == 6
    for member in members:
        city = changed(calibration.city, member.settings)
        runs = [flowsim.simulate(city, replication=r).measures for r in range(REPLICATIONS)]
        means = np.array([[run[name] for name in MEASURES] for run in runs]).mean(axis=0)
        assert np.all(np.abs(means - calibration.target_values) <= calibration.tolerances)
    # About as far apart as the targets leave open; less, since chance is the same for all of them.
    ratio = ensemble.points.std(axis=0, ddof=1) / found.posterior.sd
    assert np.all((ratio > 0.2) & (ratio < 1.5))


def test_members_are_drawn_around_the_best_fit_and_not_around_the_city_as_it_is(city, targets, tmp_path):
    """The tiny city as it is misses its targets; one wave is allowed, and finds two that do not."""
    ensemble = run_ensemble(city, targets, 2, tmp_path / "e.yaml", tmp_path, workers=1, budget=25)
    assert ensemble.waves == 1
    assert np.all(np.abs(ensemble.points - ensemble.calibration.start).max(axis=1) > 0.15)


def test_too_few_members_are_refused(city, targets, tmp_path):
    """The tiny city as it is does not match, and 18 draws are too few to find twenty that do."""
    with pytest.raises(ConfigError, match="calibrate first"):
        run_ensemble(city, targets, 20, tmp_path / "e.yaml", tmp_path / "out", workers=1, budget=45)
    assert not (tmp_path / "e.yaml").exists()


def test_a_member_of_another_city_is_refused(city, tmp_path):
    file = tmp_path / "e.yaml"
    made = "made: {city: a, targets: b, seed: 1, replications: 2, drawn: 3, waves: 1, flowsim: '1'}\n"
    file.write_text(made + "members:\n- {name: a, settings: {ward.beds: 600}}\n- {name: b, settings: {ward.bets: 3}}\n")
    with pytest.raises(ConfigError, match=r"line 4: members.1.settings.ward.bets: there is no such setting.*ward.beds"):
        load_ensemble(file, flowsim.load_config(city))
