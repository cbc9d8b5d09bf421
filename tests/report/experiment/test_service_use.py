"""How full services are in the report of an experiment: by utilisation, whatever a service is made of."""

from dataclasses import replace

import experiment_fixture as made
import pytest
from reading import text_of

from flowsim.config.changes import changed
from flowsim.report.experiment.experiment_report import experiment_report
from flowsim.report.experiment.results_view import View
from flowsim.report.experiment.service_use import services_of


def services(results):
    view = View(results)
    return {service.label: service for service in services_of(view, view.best)}


def test_a_service_of_visits_is_as_full_as_its_visits_are_booked(monkeypatch):
    """47 people among 136 visits a day would be 35%, while 110% of the visits are booked."""
    monkeypatch.setitem(made.POOLS, "cics", (47, 136, 1.10, 0.9))
    results = made.results([made.scenario(), made.scenario("home_first")], {"baseline": 1.0, "home_first": 0.6})
    cics = services(results)["CICS (Active Recovery)"]
    assert (cics.before.capacity, cics.before.in_use) == (136, pytest.approx(47, rel=0.05))
    assert cics.before.full == pytest.approx(1.10, rel=0.05)
    text = text_of(experiment_report(results), without="style|title|svg")
    before, after = (f"{use.in_use:.1f} ({use.full:.0%})" for use in (cics.before, cics.after))
    assert f"CICS (Active Recovery) 136 (+8) {before} {after}" in text
    assert "(35%)" not in text


def test_homecare_is_as_full_as_its_starts_are_used():
    homecare = services(made.one_at_a_time())["Homecare"]
    assert homecare.before.full == pytest.approx(0.76, rel=0.05)
    assert (homecare.before.capacity, homecare.before.surge) == (69, 16)  # starts a week, and spot purchase
    assert homecare.before.in_use != homecare.before.in_use  # nothing is in use


def test_every_pool_of_the_city_has_a_row_in_the_order_of_its_network():
    assert list(services(made.one_at_a_time())) == list(View(made.one_at_a_time()).pools.values())


def test_the_surge_is_that_of_the_scenario():
    more = made.sized("no_surge", 150, 94)
    more = replace(more, config=changed(more.config, {"ward.surge": None}))
    ward = services(made.results([made.scenario(), more], {"baseline": 1.0, "no_surge": 0.6}))["Ward beds"]
    assert (ward.before.surge, ward.after.surge) == (40, 0)
