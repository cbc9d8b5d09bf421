"""The reports of designs that there are: those of `flowsim.report.experiment.designs`, and those of a script."""

from __future__ import annotations

from typing import TypeVar

from flowsim.experiment.design_contract import Design
from flowsim.experiment.registry import Registry
from flowsim.report.experiment.design_report import DesignReport

R = TypeVar("R", bound=DesignReport)

_REPORTS: Registry[DesignReport] = Registry("report of a design", "flowsim.report.experiment.designs")


def register(report: type[R]) -> type[R]:
    """Register what the report adds for a kind of design; a decorator of its class.

    Raises
    ------
    ValueError
        If the class does not name the kind, or another one does so already.
    """
    if not report.kind:
        raise ValueError(f"{report.__name__}: the report of a design names its kind")
    _REPORTS.add(report.kind, report)
    return report


def report_of(design: Design | None) -> DesignReport:
    """Return what the report adds for a design; nothing if there is none, or it has no report of its own."""
    known = _REPORTS.all()
    return known[design.kind]() if design is not None and design.kind in known else DesignReport()
