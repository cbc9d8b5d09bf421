"""The name in words of a setting."""

from __future__ import annotations

import re
from collections.abc import Mapping


def path_label(path: str, pools: Mapping[str, str]) -> str:
    """Return the name in words of a setting.

    Parameters
    ----------
    path : str
        Dotted, such as ``services.active_recovery.stit.caseload`` ("STIT (Active Recovery): caseload"). Entries of a
        list are counted from 1 in words: ``surge.0`` is "surge 1".
    pools : mapping of str to str
        The label of every pool of the city, by name.
    """
    names = path.removeprefix("services.").split(".")
    # A service may bear the name of its kind: the pool is the last of the two.
    at = max((i for i, name in enumerate(names[:-1]) if name in pools), default=0)
    where = pools[names[at]] if names[at] in pools else names[at].replace("_", " ").capitalize()
    what = ", ".join(names[at + 1 :]).replace("_", " ")
    what = re.sub(r", (\d+)(?=,|$)", lambda place: f" {int(place[1]) + 1}", what)
    return where if not what or what in where.lower() else f"{where}: {what}"
