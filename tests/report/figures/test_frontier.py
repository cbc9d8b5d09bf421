"""Which scenarios nothing beats: capacity that stands idle is not free."""

import pytest

import flowsim
from flowsim.report.experiment import experiment_tables
from flowsim.report.experiment.experiment_figures import numbered, pictures
from flowsim.report.experiment.results_view import View

IDLE = {  # far more than a tiny city uses
    "beds": [{"path": "ward.beds", "add": 224}],
    "places": [{"path": "services.active_recovery.stit.caseload", "add": 200}],
    "starts": [{"path": "services.homecare.homecare.starts_per_week", "add": 100}],
    "mau": [{"path": "front_door.mau.beds", "add": 50}],
    "vehicles": [{"path": "services.transport.vehicles", "add": 50}],
}


@pytest.fixture(scope="module")
def view(tmp_path_factory, tiny_text):
    path = tmp_path_factory.mktemp("frontier") / "tiny.yaml"
    path.write_text(tiny_text, encoding="utf-8")
    scenarios = {name: {"changes": changes} for name, changes in IDLE.items()}
    return View(flowsim.ask(path, scenarios, replications=3))


def test_idle_capacity_is_never_on_the_frontier_unless_it_is_dearer_and_better(view):
    unbeaten = experiment_tables.unbeaten(view)
    assert "baseline" in unbeaten
    for name in IDLE:
        days, paid = view.difference(name, "dtoc_delayed_days"), view.difference(name, "cost_paid")
        assert paid.value > 0
        assert name not in unbeaten or days.value < 0, name
    assert {"beds", "mau", "places"}.isdisjoint(unbeaten)


def test_the_figure_and_the_table_show_what_must_be_paid(view):
    paid = {point.title: point.cost.value for point in pictures(view)["cost"].data.points}
    assert paid[view.short("beds")] == pytest.approx(224 * 365 * 346)
    heads, found = experiment_tables.cost_rows(view, numbered(view), set())
    rows = {row["title"]: dict(zip(heads, row["cells"], strict=True)) for row in found}
    assert rows[view.short("beds")]["To pay"].startswith("+£28.3 million")
