"""Why people are delayed, in the workbook of a run."""

from __future__ import annotations

from collections.abc import Iterator

from flowsim.config.city_schema import CityConfig
from flowsim.measures.blocking import NOTHING
from flowsim.report.labels import pool_labels
from flowsim.report.office.sheets import HIGH, LOW, SHARE, Number, Sheet, numbers
from flowsim.run.why_delayed import WhyDelayed


def why_sheets(config: CityConfig, found: WhyDelayed) -> Iterator[Sheet]:
    """Yield the sheets of lag, calendar and queue, of what holds people back, and of who blocks what."""
    names = {**pool_labels(config), NOTHING: NOTHING}
    yield Sheet.of(
        "Why delayed",
        "People delayed on an average day: by what takes its time (lag), closed hours (calendar) and queues.",
        ["Reason", "Delayed by", "People", LOW, HIGH],
        found.why,
        lambda row: [
            row.reason.replace("_", " ").capitalize(),
            row.part,
            *numbers("people", row.people, row.ci_low, row.ci_high),
        ],
        names=2,
    )
    yield Sheet.of(
        "What holds people back",
        "Whose queues delay people: each service's own, and those behind people who queue for it.",
        [
            "Service",
            "Delayed people who queue for it",
            "Held back by itself",
            "Behind people who queue for it",
            "Share",
        ],
        found.binding,
        lambda row: [
            names[row.service],
            *numbers("people", row.people_waiting, row.people_itself, row.people_through_blocking),
            Number(row.share, SHARE),
        ],
    )
    yield Sheet.of(
        "Who blocks what",
        "People who hold a place of one service while they queue for another, on an average day.",
        ["They hold", "They queue for", "People", "Of these delayed"],
        found.blocking,
        lambda row: [names[row.held], names[row.awaited], *numbers("people", row.people, row.delayed_people)],
        names=2,
    )
