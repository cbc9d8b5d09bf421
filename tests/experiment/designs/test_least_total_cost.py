"""The economic optimum of a tiny city, from the question to the answer."""

import json

import pandas as pd
import pytest

import flowsim
from flowsim.report.experiment.answer import answer
from flowsim.report.experiment.designs.least_total_cost import LeastTotalCostReport
from flowsim.report.experiment.results_view import View


def test_total_cost_is_least_where_its_parts_add_up_to_less_than_elsewhere(tiny_city, tmp_path):
    spec = {
        "name": "The optimum", "base": str(tiny_city), "measures": ["cost_total", "dtoc_patients_mean"],
        "design": {
            "kind": "least_total_cost", "runs": 50,
            "axes": [{"name": "beds", "path": "ward.beds", "add": {"from": 0, "to": 30, "step": 10}}],
        },
    }  # fmt: skip
    found = flowsim.run_experiment(spec, workers=1, out=tmp_path / "out", report=False)
    written = json.loads((tmp_path / "out" / "answer.json").read_text(encoding="utf-8"))
    rows = pd.read_csv(tmp_path / "out" / "least_total_cost.csv")
    assert rows["scenario"][0] == written["best"]["scenario"]
    assert (rows["cost_of_delay"] + rows["cost_without_delay"]).to_numpy() == pytest.approx(rows["value"].to_numpy())
    # The tiny city has far more ward beds than it uses: each more only costs.
    assert written["best"]["levels"] == {"beds": 0}
    view = View(found)
    assert answer(view).headline == "Total cost is least with nothing more."
    assert LeastTotalCostReport().first_table(view).rows
