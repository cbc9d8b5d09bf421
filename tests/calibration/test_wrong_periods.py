"""Targets files about periods, observed series, histories and several cities: what is wrong is said, all at once."""

import pytest
import yaml

import flowsim
from flowsim.calibration.calibrated_files import configuration_yaml
from flowsim.calibration.calibration_problem import load_calibration
from flowsim.calibration.evaluations import Evaluations
from flowsim.calibration.free_settings import history_settings, numbers
from flowsim.calibration.search import simulated_values
from flowsim.config.changes import changed
from flowsim.config.errors import ConfigError
from flowsim.config.periods import parse_period
from flowsim.run.worker_pool import worker_pool

ARRIVALS = "streams.emergency_department.spells_per_day"
CITY = f"""
history:
  rush:
    source: invented
    from_date: 2016-11-01
    ramp_days: 5
    changes:
    - {{path: {ARRIVALS}, scale: 1.2, to_date: 2016-11-20}}
    - {{path: ward.beds, set: 660, to_date: 2016-11-09}}
    - {{path: ward.beds, set: 650, from_date: 2016-11-10}}
delay_reasons:
  family_choice: {{code: I}}
observed:
  source: invented
  monthly_return:
  - {{month: 2016-10, reasons: {{A: 62, E: 31}}, total: 93}}
  - {{month: 2016-11, reasons: {{A: 30, E: 60}}, total: 90, flag: counted otherwise}}
  - {{month: 2016-12, reasons: {{A: 31, E: 0}}, total: 31}}
"""
PARAMETERS = f"""
parameters:
  - {{path: {ARRIVALS}, low: 3, high: 8, why: not published}}
"""
TARGETS = """
targets:
  - {measure: dtoc_delayed_days, period: 2016-10, value: 900, tolerance: {relative: 0.05}, source: invented}
observed:
  - {reasons: [A, E], periods: months, tolerance: {relative: 0.1, absolute: 1}}
"""
SOUND = PARAMETERS + TARGETS + "replications: 2\nseed: 5\n"
WRONG = {
    "a period that is not simulated": (
        ("2016-10, value", "2017-10, value"),
        "line 6: targets.0.period: '2017-10' is not allowed: this period is not simulated in full: the days that count "
        "are 2016-10-01 to 2016-12-31",
    ),
    "a year of which only a quarter is simulated": (
        ("2016-10, value", "2016/17, value"),
        "line 6: targets.0.period: '2016/17' is not allowed: this period is not simulated in full",
    ),
    "a period that is written wrongly": (
        ("2016-10, value", "Oct 2016, value"),
        "line 6: targets.0.period: 'Oct 2016' is not allowed: must be a month (2016-10), a quarter (2016/17 Q3: ",
    ),
    "a flagged month": (
        ("2016-10, value", "2016-11, value"),
        "line 6: targets.0.period: '2016-11' is not allowed: a month is flagged in the observed return: 2016-11 "
        "(counted otherwise); a series under observed leaves it out",
    ),
    "a quarter with a flagged month": (
        ("2016-10, value", "2016/17 Q3, value"),
        "targets.0.period: '2016/17 Q3' is not allowed: a month is flagged in the observed return: 2016-11",
    ),
    "the same measure and period twice": (
        (
            "observed:",
            "  - {measure: dtoc_delayed_days, period: 2016-10, value: 9, tolerance: {absolute: 1}, source: x}\n"
            "observed:",
        ),
        "line 7: targets.1.measure: 'dtoc_delayed_days' is not allowed: this measure of 2016-10 has a target already",
    ),
    "a series twice": (
        ("replications", "  - {reasons: [A, E], periods: months, tolerance: {relative: 1, absolute: 1}}\nreplications"),
        "line 9: observed.1: there are targets already on delayed_A+E of these periods",
    ),
    "a reason that the city does not know": (
        ("[A, E]", "[A, G]"),
        "line 8: observed.0.reasons.1: 'G' is not allowed: no delay reason of the city has this code; they have A, B,",
    ),
    "no reason of the return": (("[A, E]", "[A, X]"), "must be one of A, B, C, D(i), D(ii), E, F, G, H, I"),
    "a series of years of which none is simulated": (
        ("periods: months", "periods: years"),
        "line 8: observed.0.periods: 'years' is not allowed: nothing of it is simulated in full without a flag",
    ),
    "a share of nobody": (
        (
            "[A, E], periods: months, tolerance: {relative: 0.1, absolute: 1}",
            "[E], periods: months, tolerance: {relative: 0.1}",
        ),
        "observed.0.tolerance: a figure of 0 needs an absolute tolerance, and 2016-12 is one",
    ),
    "a series that counts as more than its figures": (
        ("periods: months", "periods: months, counts_as: 3"),
        "line 8: observed.0.counts_as: 3.0 is not allowed: must be no more than its 2 figures",
    ),
    "kinds of beds by reason": (
        ("periods: months", "periods: months, beds: acute"),
        'observed.0.reasons: ["A", "E"] is not allowed: the return has kinds of beds for all reasons together',
    ),
    "kinds of beds that were not published": (
        ("[A, E], periods: months", "all, periods: months, beds: acute"),
        "line 8: observed.0.beds: 'acute' is not allowed: the observed return does not tell the kinds of beds apart",
    ),
    "a history that is not there": (
        (ARRIVALS, "history.rash.from_date"),
        "line 3: parameters.0.path: 'history.rash.from_date' is not allowed: there is no such entry in the history, "
        "which has rush",
    ),
    "a setting that its entry does not change": (
        (ARRIVALS, "history.rush.ward.bets"),
        "line 3: parameters.0.path: 'history.rush.ward.bets' is not allowed: this entry of the history has no number "
        f"of this name; it has ramp_days, changes.0.scale, changes.1.set, changes.2.set, {ARRIVALS}, from_date",
    ),
    "a change that is free twice": (
        (
            "\ntargets:",
            f"  - {{path: history.rush.{ARRIVALS}, low: 1, high: 2, why: x}}\n"
            "  - {path: history.rush.changes.0.scale, low: 1, high: 2, why: x}\ntargets:",
        ),
        "line 5: parameters.2.path: 'history.rush.changes.0.scale' is not allowed: this setting is free already",
    ),
    "more free settings than the series can tell": (
        (
            "\ntargets:",
            f"  - {{path: history.rush.{ARRIVALS}, low: 1, high: 2, why: x}}\n"
            "  - {path: history.rush.from_date, low: -9, high: 9, why: x}\n"
            "  - {path: ward.beds, low: 500, high: 900, why: x}\ntargets:",
        ),
        "line 2: parameters: 3 figures that are fitted, which are worth 3.0 independent ones, cannot identify 4 free "
        "parameters; fix some of them, or add targets",
    ),
    "a city that is not named": (
        ("2016-10, value", "2016-10, city: earlier, value"),
        "line 6: targets.0.city: 'earlier' is not allowed: there is no such city (there are main)",
    ),
    "a city without a file": (
        ("replications", "cities: {earlier: none.yaml}\nreplications"),
        "line 9: cities.earlier: ",
    ),
    "judged by the patients of the fit": (
        ("replications: 2", "judge: {replications: 2, seed: 5}\nreplications: 2"),
        "line 9: judge.seed: 5 is not allowed: must be another seed than that of the fit",
    ),
}


@pytest.fixture(scope="module")
def city(tiny_text, tmp_path_factory):
    path = tmp_path_factory.mktemp("city") / "city.yaml"
    text = tiny_text.replace("start_date: 2016-10-01", "start_date: 2016-09-17").replace("_days: 42", "_days: 92")
    path.write_text(text + CITY, encoding="utf-8")
    return path


def said(city, folder, text):
    path = folder / "targets.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_calibration(city, path)
    return str(refused.value)


@pytest.mark.parametrize(("change", "says"), WRONG.values(), ids=WRONG)
def test_wrong_periods_are_told_with_line_path_and_what_is_allowed(city, tmp_path, change, says):
    before, after = change
    assert before in SOUND
    assert says in said(city, tmp_path, SOUND.replace(before, after, 1))


def test_all_problems_are_told_at_once(city, tmp_path):
    text = (
        SOUND.replace("2016-10, value", "2015-10, value").replace("[A, E]", "[A, G]").replace(ARRIVALS, "history.x.y")
    )
    problems = said(city, tmp_path, text)
    for path in ("parameters.0.path", "targets.0.period", "observed.0.reasons.1"):
        assert path in problems


def test_figures_of_a_year_leave_flagged_months_out(city, tmp_path):
    """A quarter of three months, of which one has a flag: the average of the 62 days of the other two."""
    path = tmp_path / "targets.yaml"
    path.write_text(SOUND.replace("periods: months", "periods: quarters"), encoding="utf-8")
    figure = load_calibration(city, path).targets[1]
    assert (figure.period, figure.months) == ("2016/17 Q3", ("2016-10", "2016-12"))
    assert figure.value == pytest.approx((62 + 31 + 31) / 62)
    assert figure.tolerance.of(figure.value) == 1  # the wider of a tenth and 1


def test_a_series_weighs_as_much_as_the_figures_that_it_counts_as(city, tmp_path):
    """Two months that count as one figure: twice the squared tolerance each, so that they weigh as one together."""
    path = tmp_path / "targets.yaml"
    path.write_text(SOUND.replace("periods: months", "periods: months, counts_as: 1"), encoding="utf-8")
    calibration = load_calibration(city, path)
    assert list(calibration.tolerances) == [45, 1, 1]
    assert calibration.fitted_tolerances**-2 == pytest.approx([45**-2, 0.5, 0.5])


def test_numbers_of_the_history_are_settings_as_if_they_had_been_written_otherwise(city):
    config = flowsim.load_config(city)
    known = numbers(config)
    assert known[f"history.rush.{ARRIVALS}"] == known["history.rush.changes.0.scale"] == 1.2
    assert "history.rush.ward.beds" not in known  # it is changed twice, so only the place is clear
    after = changed(config, {f"history.rush.{ARRIVALS}": 1.5, "history.rush.changes.2.set": 640, "ward.beds": 670})
    assert [change.scale or change.set for change in after.history["rush"].changes] == [1.5, 660, 640]
    assert after.ward.beds == 670
    with pytest.raises(ConfigError, match="there is no such setting"):
        changed(config, {"history.rush.ward.beds": 640})


def test_a_shift_moves_an_entry_and_the_dates_of_its_changes(city):
    after = changed(flowsim.load_config(city), {"history.rush.from_date": -3}).history["rush"]
    first, _, third = after.changes
    assert f"{after.from_date} {first.to_date} {third.from_date}" == "2016-10-29 2016-11-17 2016-11-07"
    assert after.ramp_days == 5


def test_a_calibrated_history_is_written_so_that_it_loads(city, tmp_path):
    after = changed(flowsim.load_config(city), {"history.rush.changes.1.set": 655, "history.rush.from_date": 2})
    written = {"extends": str(city), "history": history_settings(after, ["history.rush.from_date"])}
    path = tmp_path / "calibrated.yaml"
    path.write_text(yaml.safe_dump(written), encoding="utf-8")
    assert flowsim.load_config(path) == after


def test_an_entry_of_a_list_can_be_free_and_its_whole_list_is_written(city, tmp_path):
    path = "streams.direct.weekdays.0"
    targets = tmp_path / "targets.yaml"
    targets.write_text(SOUND.replace(f"path: {ARRIVALS}, low: 3, high: 8", f"path: {path}, low: 0, high: 2"))
    calibration = load_calibration(city, targets)
    (weight,) = calibration.parameters
    point = [weight.position(0.5)]
    (tmp_path / "found.yaml").write_text(configuration_yaml(calibration, point, tmp_path, []), encoding="utf-8")
    before, after = (flowsim.load_config(file).streams["direct"].weekdays for file in (city, tmp_path / "found.yaml"))
    assert weight.start == before[0] and [0.5, *before[1:]] == list(after)


def test_cities_share_a_setting_and_each_has_its_own_targets(city, tiny_text, tmp_path):
    earlier = tmp_path / "earlier.yaml"
    text = tiny_text.replace("name: Tiny city", "name: Earlier").replace("days: 14", "days: 0")
    earlier.write_text(text, encoding="utf-8")
    both = SOUND.replace("2016-10, value", "2016-10, city: earlier, value").replace(
        "replications", "cities: {earlier: earlier.yaml}\nreplications", 1
    )
    own = "  - {path: history.rush.from_date, low: -9, high: 9, city: main, why: x}\ntargets:"
    path = tmp_path / "targets.yaml"
    path.write_text(both.replace("\ntargets:", own), encoding="utf-8")
    calibration = load_calibration(city, path)
    assert list(calibration.cities) == ["main", "earlier"]
    point = calibration.start + 0.1
    assert calibration.settings(point, "earlier") == {ARRIVALS: 5.5}
    assert calibration.settings(point) == {ARRIVALS: 5.5, "history.rush.from_date": 2}
    assert calibration.city_at(point, "earlier").streams["emergency_department"].spells_per_day == 5.5
    assert calibration.city_at(point, "earlier").name == "Earlier"
    with worker_pool(1) as pool:
        (values,) = simulated_values(calibration, Evaluations(tmp_path / "tried", pool, budget=2), [point])
    run = flowsim.simulate(calibration.city_at(point, "earlier"), replication=1)
    month = run.by_period([parse_period("2016-10")], ["dtoc_delayed_days"])["2016-10"]
    assert values[1, 0] == month["dtoc_delayed_days"]
    sitrep = flowsim.simulate(calibration.city_at(point), replication=1).sitrep
    days = sitrep[(sitrep["month"] == "2016-12") & sitrep["reason"].isin(["A", "E"])]["delayed_days"].sum()
    assert values[1, 2] == pytest.approx(days / 31)
