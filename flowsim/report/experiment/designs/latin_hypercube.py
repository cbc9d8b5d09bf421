"""A Latin hypercube: what matters most."""

from __future__ import annotations

import math

from flowsim.report import labels
from flowsim.report.experiment.design_report import DesignReport, PageFigure
from flowsim.report.experiment.design_reports import register
from flowsim.report.experiment.results_view import View
from flowsim.report.experiment.sampled_settings import rank_correlations, sample_figure


@register
class LatinHypercubeReport(DesignReport):
    """Which settings of a sample matter most."""

    kind = "latin_hypercube"

    def answers(self, view: View) -> list[tuple[str, str]]:
        """Say which settings matter most."""
        known = {axis: r for axis, r in rank_correlations(view).items() if math.isfinite(r)}
        if not known:
            return []
        named = [f"“{view.factor_title(axis)}” ({labels.number(r)})" for axis, r in known.items()]
        text = (
            f"Settings from most to least important: {labels.listed(named)}. The numbers are rank correlations with "
            "the other settings held fixed: 1 or −1 is a steady rise or fall, 0 is no relation."
        )
        return [("What matters most?", text)]

    def heading(self, view: View) -> str:
        """Return what stands above the figure."""
        return "What matters most"

    def figures(self, view: View) -> list[PageFigure]:
        """Draw the headline measure against each setting."""
        figure = sample_figure(view)
        return [figure] if figure else []
