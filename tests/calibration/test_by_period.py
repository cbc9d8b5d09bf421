"""Calibration by period: one run, figures of its months and quarters, settings of dated changes, and fair judgement."""

import shutil

import numpy as np
import pandas as pd
import pytest
import yaml
from recovered import assert_recovered

import flowsim
from flowsim.calibration.calibration_problem import load_calibration
from flowsim.calibration.evaluations import Evaluations
from flowsim.calibration.search import calibrate
from flowsim.calibration.target_figures import PublishedFigure, independent
from flowsim.calibration.targets_file import Tolerance
from flowsim.config.changes import changed
from flowsim.config.periods import parse_period
from flowsim.run.worker_pool import worker_pool
from flowsim.workflow.run_calibration import CALIBRATED, run_calibration

ARRIVALS = "streams.emergency_department.spells_per_day"
RUSH = f"history.rush.{ARRIVALS}"
HISTORY = f"""
history:
  rush:
    source: invented
    from_date: 2016-11-01
    to_date: 2016-11-30
    changes: [{{path: {ARRIVALS}, scale: 1.0}}]
  paint:
    source: invented
    from_date: 2016-11-20
    changes: [{{path: ward.beds, set: 660}}]
"""
FREE = [
    {"path": ARRIVALS, "low": 3, "high": 9, "why": "not published"},
    {"path": RUSH, "low": 0.7, "high": 2.2, "why": "not published"},
]
TRUE_VALUES = [6.5, 1.5]
BY_PERIOD = [
    ("non_elective_admissions", "2016-10"),
    ("non_elective_admissions", "2016-11"),
    ("excess_days", "2016-11"),
]
REPLICATIONS = 6
RUNS = 4


@pytest.fixture(scope="module")
def city(tiny_text, tmp_path_factory):
    """Configuration file of a tiny city with a history, of which two months count, and its observed return."""
    path = tmp_path_factory.mktemp("city") / "city.yaml"
    text = tiny_text.replace("start_date: 2016-10-01", "start_date: 2016-09-17").replace("_days: 42", "_days: 61")
    assert text != tiny_text
    path.write_text(text + HISTORY, encoding="utf-8")
    true_city = at_truth(flowsim.load_config(path))
    sitrep = pd.concat([flowsim.simulate(true_city, seed=5, replication=r).sitrep for r in range(RUNS)])
    days = (sitrep.groupby(["month", "reason"])["delayed_days"].sum() / RUNS).round().astype(int)
    months = [
        {"month": month, "reasons": days[month].to_dict(), "total": int(days[month].sum())}
        for month in ("2016-10", "2016-11")
    ]
    before, after = ({"month": month, "reasons": {"A": 9}, "total": 9} for month in ("2016-09", "2016-12"))
    months = [before, *months, after]
    observed = {"observed": {"source": "simulated", "monthly_return": months}}
    path.write_text(text + HISTORY + yaml.safe_dump(observed), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def targets(city):
    """Targets file with figures of two months, simulated with patients that calibration does not use."""
    true_city = at_truth(flowsim.load_config(city))
    runs = [flowsim.simulate(true_city, seed=5, replication=r) for r in range(8)]
    figures = []
    for measure, period in BY_PERIOD:
        values = [run.by_period([parse_period(period)], [measure])[period][measure] for run in runs]
        within = {"absolute": float(2 * np.std(values, ddof=1) / np.sqrt(len(values)))}
        value = float(np.mean(values))
        figures.append({"measure": measure, "period": period, "value": value, "tolerance": within, "source": "x"})
    return write(city.with_name("targets.yaml"), targets=figures)


@pytest.fixture(scope="module")
def calibrated(city, targets):
    """What a calibration found, with what it is worth to have each entry of the history, and the folder it wrote."""
    folder = city.with_name("out")
    return run_calibration(city, targets, folder, workers=1, history=True), folder


def at_truth(city):
    return changed(city, dict(zip((ARRIVALS, RUSH), TRUE_VALUES, strict=True)))


def write(path, **content):
    whole = {"parameters": FREE, "replications": REPLICATIONS, "seed": 12, "judge": {"replications": 8, "seed": 11}}
    series = {"reasons": ["A", "C"], "periods": "months", "tolerance": {"relative": 0.5}, "fit": False}
    path.write_text(yaml.safe_dump({**whole, "observed": [series], **content}), encoding="utf-8")
    return path


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_run_recovers_what_held_in_one_period_and_what_held_in_all(calibrated):
    """Both within their 95% intervals, for a fixed seed: arrivals of all months, and how many more came in one."""
    found, _ = calibrated
    assert_recovered(found, TRUE_VALUES)


def test_the_fit_is_judged_by_other_patients_and_as_many_as_the_file_says(calibrated):
    found, folder = calibrated
    assert found.held_out.shape == (8, 5)
    assert found.after.shape == (REPLICATIONS, 5)
    run = flowsim.simulate(flowsim.load_config(folder / CALIBRATED), seed=11, replication=3)
    by_period = run.by_period([parse_period(period) for _, period in BY_PERIOD])
    assert [by_period[period][measure] for measure, period in BY_PERIOD] == list(found.held_out[3, :3])


def test_the_fit_has_a_row_for_each_period_and_measure(calibrated):
    found, folder = calibrated
    fit = pd.read_csv(folder / "fit.csv")
    contract = ["period", "measure", "published", "simulated", "ci_low", "ci_high", "tolerance", "met"]
    assert list(fit.columns)[: len(contract)] == contract
    series = [("delayed_A+C", month) for month in ("2016-10", "2016-11")]  # the others are not simulated
    assert list(zip(fit["measure"], fit["period"], strict=True)) == [*BY_PERIOD, *series]
    assert list(fit["fitted"]) == [True] * 3 + [False] * 2
    assert fit["simulated"].to_numpy() == pytest.approx(found.held_out.mean(axis=0))
    within = (fit[["after", "simulated"]].sub(fit["published"], axis=0).abs().max(axis=1)) <= fit["tolerance"]
    assert list(fit["met"]) == list(within)


def test_a_series_is_the_delayed_patients_of_an_average_day_of_the_month(city, calibrated):
    found, folder = calibrated
    month = next(m for m in flowsim.load_config(city).observed.monthly_return if m.month == "2016-11")
    assert found.calibration.target_values[4] == pytest.approx((month.reasons["A"] + month.reasons["C"]) / 30)
    run = flowsim.simulate(flowsim.load_config(folder / CALIBRATED), seed=11, replication=0)
    rows = run.sitrep[(run.sitrep["month"] == "2016-11") & run.sitrep["reason"].isin(["A", "C"])]
    assert found.held_out[0, 4] == pytest.approx(rows["delayed_days"].sum() / 30)


def test_a_figure_that_is_only_judged_moves_nothing(city, targets, calibrated, tmp_path):
    """Figures that are far from what is simulated and are not fitted leave the search where it was."""
    found, folder = calibrated
    figures = yaml.safe_load(targets.read_text())["targets"]
    far = {**figures[2], "measure": "dtoc_delayed_days", "value": 1.0}
    shutil.copytree(folder / "evaluations", tmp_path / "tried")
    later = [*figures, {**far, "period": "2016-10"}]
    held_out = write(tmp_path / "t.yaml", targets=later, hold_out=["2016-10"], parameters=FREE[:1])
    other = load_calibration(city, held_out)
    assert list(other.fitted) == [False, True, True, False, False, False]
    series = [
        {"reasons": reasons, "periods": "months", "tolerance": {"absolute": 0.01}, "fit": False}
        for reasons in (["A", "C"], ["E"])
    ]
    with worker_pool(1) as pool:
        unfitted = load_calibration(city, write(tmp_path / "u.yaml", targets=figures, observed=series))
        again = calibrate(unfitted, Evaluations(tmp_path / "tried", pool, budget=100))
    assert np.array_equal(again.point, found.point)
    assert not np.allclose(again.after[:, 5:].mean(axis=0), unfitted.target_values[5:], atol=0.01)


def test_an_interrupted_search_by_period_goes_on_where_it_stopped(calibrated, tmp_path):
    whole, folder = calibrated
    kept = names(folder / "evaluations")
    for name in kept[::2]:
        shutil.copy(folder / "evaluations" / name, tmp_path)
    simulated = []

    class Counting:
        """Workers who remember what they were asked."""

        def outcomes(self, call, tasks):
            simulated.extend(tasks)
            with worker_pool(1) as pool:
                yield from pool.outcomes(call, tasks)

    resumed = calibrate(whole.calibration, Evaluations(tmp_path, Counting(), budget=100))
    assert np.array_equal(resumed.point, whole.point)
    assert np.array_equal(resumed.held_out, whole.held_out)
    assert len(simulated) < REPLICATIONS * len(kept)


def test_a_change_that_the_figures_need_earns_its_place_and_one_that_does_nothing_does_not(calibrated):
    _, folder = calibrated
    table = pd.read_csv(folder / "history.csv", keep_default_na=False)
    whole = table[table["group"] == "all"].set_index("entry")
    assert whole["earns_its_place"].to_dict() == {"rush": "True", "paint": "False"}
    assert whole["loss"]["rush"] > 10
    assert abs(whole["loss"]["paint"]) < 2
    assert (whole["refitted"] <= whole["without_it"] + 1e-9).all()
    by_measure = table[(table["entry"] == "rush") & (table["group"] == "measure")]
    assert by_measure["loss"].sum() == pytest.approx(whole["loss"]["rush"])


def test_the_report_shows_periods_and_the_history(calibrated):
    _, folder = calibrated
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Non-elective admissions in a year, 2016-11" in page
    assert "not fitted, only judged" in page
    assert "Whether each dated change earns its place" in page


def test_figures_that_go_on_like_the_one_before_say_less_than_as_many_of_their_own():
    """A year and a half of months: a trend is worth its two years, noise is worth them all."""
    months = [f"2016-{month:02d}" for month in range(4, 13)] + [f"2017-{month:02d}" for month in range(1, 10)]

    def series(values):
        pairs = zip(months, values, strict=True)
        return [PublishedFigure("x", v, Tolerance(absolute=1), "s", period=m, months=(m,)) for m, v in pairs]

    assert independent(series(np.arange(18.0))) == 2
    assert independent(series([1.0, 2.0] * 9)) == 18
    between = np.array([1, 1, 2, 2, 1, 1, 3, 2, 2, 1, 1, 1, 2, 3, 3, 1, 1, 2], dtype=float)
    away = between - between.mean()
    alike = (away[1:] @ away[:-1]) / (away @ away)
    assert independent(series(between)) == pytest.approx(18 * (1 - alike) / (1 + alike))
