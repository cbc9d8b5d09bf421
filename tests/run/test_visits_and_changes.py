"""Services of visits, capacities that change on a date, and a state at the start, as a person writes them."""

import numpy as np
import pytest

import flowsim
from flowsim.config.errors import ConfigError
from flowsim.run.offered_load import offered_load


def variant(tiny_city, text):
    path = tiny_city.parent / "variant.yaml"
    path.write_text(f"extends: {tiny_city.name}\n{text}", encoding="utf-8")
    return path


VISITS = "services: {active_recovery: {cics: {caseload: null, visits: {per_day: 14, first: 4, last: 1}}}}\n"


def test_a_service_of_visits_never_makes_more_than_its_day_allows(tiny_city):
    config = flowsim.load_config(variant(tiny_city, VISITS))
    run = flowsim.simulate(config)
    names = [a.name for a in run.network.activities]
    rows = (run.log.activity == names.index("cics_slot")) & ~np.isnan(run.log.started)
    assert np.count_nonzero(rows) > 10
    # On its first day everybody has four visits: no more than three people of 14 visits can start on one day.
    assert np.bincount(np.floor(run.log.started[rows]).astype(int)).max() <= 3
    load = next(row for row in offered_load(config) if row.pool == "cics")
    assert (load.kind, load.capacity) == ("visits a day", 14.0)


def test_a_capacity_changes_on_its_date_and_ejects_nobody(tiny_city):
    """From 1 November (day 31) one bed is left, and nobody is admitted until all others have gone of themselves."""
    no_surge = "ward: {surge: null}\n"
    cut = "changes: [{path: ward.beds, set: 1, from_date: 2016-11-01}]\n" + no_surge
    before, after = (flowsim.simulate(flowsim.load_config(variant(tiny_city, text))) for text in (no_surge, cut))

    def admissions(run):
        names = [a.name for a in run.network.activities]
        rows = (run.log.activity == names.index("ward_treatment")) & ~np.isnan(run.log.started)
        return run.log.started[rows]

    until = admissions(before) < 31.0
    assert np.array_equal(admissions(before)[until], admissions(after)[admissions(after) < 31.0])
    assert np.sum(admissions(after) >= 31.0) < 0.2 * np.sum(admissions(before) >= 31.0)
    in_bed = after.daily[after.daily["measure"] == "ward_beds_occupancy"].set_index("date")["value"]
    assert in_bed["2016-11-02"] > 1  # whoever was there stays


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (VISITS.replace("first: 4", "first: 20"), "nobody could ever start"),
        (VISITS.replace("caseload: null, ", ""), "exactly one of caseload and visits"),
        ("capacity_changes: {ward_beds: [{from_date: 2016-11-01, units: 9}]}\n", "path: ward.beds, set: 40, from_date"),
        ("changes: [{path: ward.bed, set: 9, from_date: 2016-11-01}]\n", "did you mean ward.beds"),
        ("changes: [{path: ward.beds, set: -1, from_date: 2016-11-01}]\n", "a number from 0 to"),
        ("initial_state: {people_like: direct, in_service: {stitt: 3}}\n", "stit"),
        ("initial_state: {people_like: directly, in_service: {stit: 3}}\n", "direct"),
        ("initial_state: {people_like: direct, waiting: {ward_beds: 3}}\n", "initial_state.waiting.ward_beds"),
        ("initial_state: {people_like: direct, in_service: {stit: -3}}\n", "must be 0 or more"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_line(tiny_city, text, message):
    with pytest.raises(ConfigError, match=message) as caught:
        flowsim.load_config(variant(tiny_city, text))
    assert "line 2" in str(caught.value)
