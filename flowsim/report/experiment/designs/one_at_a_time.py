"""Each change alone, all together, and all but each: what can be left out."""

from __future__ import annotations

from flowsim.report import labels
from flowsim.report.differences import more_or_less
from flowsim.report.experiment.design_report import DesignReport
from flowsim.report.experiment.design_reports import register
from flowsim.report.experiment.results_view import View


@register
class OneAtATimeReport(DesignReport):
    """What all changes together lose if one of them is left out."""

    kind = "one_at_a_time"

    def answers(self, view: View) -> list[tuple[str, str]]:
        """Say what all changes together lose if one of them is left out."""
        on = {s.name: [f for f in view.factors.values() if s.levels.get(f) is True] for s in view.results.scenarios}
        whole = next((name for name, factors in on.items() if len(factors) == len(view.factors) > 1), None)
        if whole is None:
            return []
        classes: dict[str, list[tuple[float, str]]] = {"worse": [], "better": [], "unclear": []}
        for name, factors in on.items():
            if len(factors) != len(view.factors) - 1 or len(factors) < 2:
                continue
            found = view.between(name, whole, view.headline)
            missing = next(f for f in view.factors.values() if f not in factors)
            if found.grade in classes:
                text = f"“{view.factor_title(missing)}” ({more_or_less(found.value, view.unit)})"
                classes[found.grade].append((-abs(found.value), text))
        listed = {grade: labels.listed([text for _, text in sorted(rows)]) for grade, rows in classes.items() if rows}
        sentences = {
            "worse": "Compared with all changes together, it is clearly worse to leave out {}.",
            "better": "It is clearly better to leave out {}.",
            "unclear": "Leaving out {} makes no clear difference.",
        }
        text = " ".join(sentence.format(listed[grade]) for grade, sentence in sentences.items() if grade in listed)
        return [("What can be left out?", text)] if text else []
