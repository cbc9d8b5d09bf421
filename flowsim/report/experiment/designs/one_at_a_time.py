"""Each change alone, all together, and all but each: what can be left out."""

from __future__ import annotations

from flowsim.report import labels
from flowsim.report.differences import signed
from flowsim.report.experiment.design_report import DesignReport
from flowsim.report.experiment.design_reports import register
from flowsim.report.experiment.results_view import View

_FEW = 3


@register
class OneAtATimeReport(DesignReport):
    """What all changes together lose if one of them is left out."""

    kind = "one_at_a_time"

    def answers(self, view: View) -> list[tuple[str, str]]:
        """Say which changes all of them together lose most by leaving out."""
        return self._dropped(view, _FEW)

    def details(self, view: View) -> list[tuple[str, str]]:
        """Say what all changes together lose if one of them is left out."""
        return self._dropped(view, None)

    def heading(self, view: View) -> str:
        """Return what stands above the sentences."""
        return "What can be left out"

    def _dropped(self, view: View, few: int | None) -> list[tuple[str, str]]:
        on = {s.name: [f for f in view.factors.values() if s.levels.get(f) is True] for s in view.results.scenarios}
        whole = next((name for name, factors in on.items() if len(factors) == len(view.factors) > 1), None)
        if whole is None:
            return []
        dropped: dict[str, list[tuple[float, str]]] = {"worse": [], "better": [], "unclear": []}
        for name, factors in on.items():
            if len(factors) != len(view.factors) - 1 or len(factors) < 2:
                continue
            found = view.between(name, whole, view.headline)
            missing = next(f for f in view.factors.values() if f not in factors)
            if found.grade in dropped:
                change = signed(found.value, view.unit)
                text = f"{labels.lower_first(view.factor_title(missing))} ({change})"
                dropped[found.grade].append((-abs(found.value), text))
        listed = {grade: [text for _, text in sorted(rows)] for grade, rows in dropped.items() if rows}
        sentences = {
            "worse": "Of all changes together, keep first (change if dropped): {}.",
            "better": "Better to drop: {}.",
            "unclear": "Dropping {} makes no clear difference.",
        }
        found_all = [
            sentences[grade].format(labels.listed(listed[grade][:few] if few else listed[grade]))
            for grade in sentences
            if grade in listed and not (few and grade == "unclear")
        ]
        return [("What can be left out", " ".join(found_all))] if found_all else []
