"""Words that answers of runs and experiments share: what people wait for, when a service is full, and of what kind."""

from __future__ import annotations

FULL = 0.95  # of the capacity in use
WAITS_FOR = {
    "pathway_allocation": "for a pathway to be allocated",
    "bedded": "for a bed in the community",
    "home_support": "for support at home",
    "other": "for something else",
}
PARTS_IN_WORDS = {"queue": "queues", "calendar": "closed hours", "lag": "what takes its time"}


def kind_of_service(label: str) -> str:
    """Return the kind of service that a label has in brackets, or else the label."""
    return label[label.index("(") + 1 : -1] if label.endswith(")") else label
