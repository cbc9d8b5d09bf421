"""The report of each made experiment, drawn once in a process however many tests look at it."""

import experiment_fixture as made

from flowsim.report.experiment.experiment_report import experiment_report

DESIGNS = ["one_at_a_time", "factorial", "grid", "latin_hypercube", "best_next", "alone", "with_gaps"]


class _Pages(dict[str, str]):
    def __missing__(self, design: str) -> str:
        self[design] = experiment_report(getattr(made, design)())
        return self[design]


PAGES = _Pages()
