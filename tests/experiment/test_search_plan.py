"""A search gives each scenario as many replications as it needs; what it chose is reported from others."""

import pandas as pd
from asking import put_question

from flowsim.experiment.load_experiment import load_experiment
from flowsim.experiment.runner import simulate_experiment
from flowsim.experiment.wanted_runs import SearchPlan, WantedRuns
from flowsim.run.stores import MemoryStore


class TwoLooks(SearchPlan):
    """Looks at the first scenario in 1 replication, at the second in 3, and confirms the second in 2."""

    most, most_runs = 3, 10

    def __init__(self, scenarios):
        self.scenarios = scenarios

    def wanted_runs(self, values):
        _, first, second = (scenario.name for scenario in self.scenarios)
        looked = WantedRuns(self.scenarios, 3, searched={"baseline": 1, first: 1, second: 3})
        if values.empty:
            return looked
        return WantedRuns(self.scenarios, 3, frozenset({second}), frozenset({"baseline"}), looked.searched, apart=2)


def test_each_scenario_has_the_replications_that_the_search_wants(tiny_city):
    known = load_experiment(
        put_question(tiny_city, "replications: 3\ndesign: {kind: one_at_a_time, of: [more_beds, larger_team]}\n")
    )
    scenarios = known.wanted(pd.DataFrame())[:3]
    object.__setattr__(known, "plan", TwoLooks(scenarios))
    finished = simulate_experiment(known, MemoryStore())
    of = finished.values.groupby("scenario", sort=False)["replication"].unique().map(sorted).to_dict()
    first, second = scenarios[1].name, scenarios[2].name
    assert of == {"baseline": [0, 3, 4], first: [0], second: [0, 1, 2, 3, 4]}
    assert finished.made == 9
    reported = finished.wanted.reported(finished.values)
    assert sorted(reported[reported["scenario"] == second]["replication"].unique()) == [3, 4]
    held_out = finished.wanted.held_out(finished.values)
    assert sorted(held_out["scenario"].unique()) == sorted(["baseline", second])
