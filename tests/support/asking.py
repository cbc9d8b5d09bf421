"""Questions of a tiny city with a few interventions of its own."""

from pathlib import Path

import pandas as pd

INTERVENTION = """
title: {title}
what: Something that people see.
mechanism: Something that happens in the model.
changes: [{changes}]
cost: {{per_year_gbp: 1000, source: assumption}}
evidence: [{{says: nothing, source: assumption}}]
"""
INTERVENTIONS = {
    "more_beds": ("More beds", "{path: ward.beds, add: 10}"),
    "early_planning": ("Early planning", "{path: discharge_planning.early_planning.coverage, set: 1}"),
    "larger_team": ("A larger team", "{path: discharge_planning.team.staff, scale: 2}"),
    "more_people": ("More people", "{path: population.adults, add: 1000}"),
}
MATURITY = "source: assumption\nlevels: {established: {coverage: 0.5}, mature: {coverage: 0.8}}\n"
HEAD = "name: A question\nbase: tiny.yaml\nmeasures: [dtoc_patients_mean, cost_total]\n"
NOTHING = pd.DataFrame(columns=["scenario", "replication", "measure", "value"])


def put_interventions(tiny_city: Path, **more: tuple[str, str]) -> Path:
    """Write the interventions beside a city; return their folder."""
    folder = tiny_city.parent / "interventions"
    folder.mkdir(exist_ok=True)
    (folder / "maturity.yaml").write_text(MATURITY, encoding="utf-8")
    for name, (title, changes) in (INTERVENTIONS | more).items():
        (folder / f"{name}.yaml").write_text(INTERVENTION.format(title=title, changes=changes), encoding="utf-8")
    return folder


def put_question(tiny_city: Path, text: str, head: str = HEAD) -> Path:
    """Write the interventions and an experiment beside a city; return the experiment's file."""
    put_interventions(tiny_city)
    path = tiny_city.parent / "question.yaml"
    path.write_text(head + text, encoding="utf-8")
    return path


def table(values: dict[str, list[float]], measure: str = "dtoc_patients_mean") -> pd.DataFrame:
    """Return replications of one measure, from scenario to the values of replication 0, 1 and so on."""
    rows = [(name, number, measure, v) for name, series in values.items() for number, v in enumerate(series)]
    return pd.DataFrame(rows, columns=NOTHING.columns)
