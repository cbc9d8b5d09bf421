"""Mermaid graphs of single parts of the pathway: every activity, and every step that leads from it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from flowsim.model.network import Activity
from flowsim.report.document.pathway import ways_on


def part_graph(activities: Sequence[Activity]) -> str:
    """Return the graph of some activities; activities of other parts to which they lead have round ends.

    An arrow is dotted where patience runs out. It names its condition if there is only one; the table of the activities
    has them all.
    """
    own = {activity.name for activity in activities}
    steps: dict[tuple[str, str], list[str]] = {}
    for activity in activities:
        for when, target in ways_on(activity.next):
            steps.setdefault((activity.name, target), []).append(", ".join(when))
    gives_up = [(a.name, a.otherwise) for a in activities if a.otherwise]
    others = dict.fromkeys(target for _, target in [*steps, *gives_up] if target not in own)
    lines = ["flowchart LR"]
    for place, there in groupby(sorted(activities, key=lambda a: a.place), key=lambda a: a.place):
        lines.append(f'  subgraph place_{place}["{_words(place)}"]')
        lines += [f'    {_id(a.name)}["{_label(a)}"]' for a in there]
        lines.append("  end")
    lines += [f'  {_id(name)}(["{_words(name)}"])' for name in others]
    for (start, end), conditions in steps.items():
        only = conditions[0] if len(conditions) == 1 and conditions[0] and "," not in conditions[0] else ""
        lines.append(f"  {_id(start)} -->{f'|{chr(34)}{only}{chr(34)}|' if only else ''} {_id(end)}")
    lines += [f"  {_id(start)} -. waited too long .-> {_id(end)}" for start, end in gives_up]
    return "\n".join(lines)


def _label(activity: Activity) -> str:
    needs = f"<br>needs {_words(activity.pool)}" if activity.pool else ""
    return f"{_words(activity.name)}{needs}"


def _id(name: str) -> str:
    """Return a name that is not a keyword of Mermaid (such as end)."""
    return f"a_{name}"


def _words(name: str) -> str:
    return name.replace("_", " ")
