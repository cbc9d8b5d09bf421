"""A word when something is compiled: it takes a while, and nobody should wonder what is going on."""

from __future__ import annotations

import logging
from typing import Any

from numba.core import event

SECONDS = 20  # to compile everything, on one core; `benchmarks/engines.py` measures it
_LOG = logging.getLogger("flowsim")


class _Notice(event.Listener):  # type: ignore[misc]  # numba has no types
    """Says once in a process that flowsim is being compiled; what others compile is their affair."""

    def __init__(self) -> None:
        self.remark, self.said = "", False

    def on_start(self, event: Any) -> None:
        """Say it before the first function of flowsim that is not on disk."""
        if not self.said and event.data["dispatcher"].py_func.__module__.startswith("flowsim."):
            self.said = True
            _LOG.warning("compiling the engine, once: about %d s%s", SECONDS, self.remark)

    def on_end(self, event: Any) -> None:
        """Say nothing."""


_NOTICE = _Notice()
event.register("numba:compile", _NOTICE)


def remark(text: str) -> None:
    """Add to the notice where what is compiled is kept, if that is not the usual place."""
    _NOTICE.remark = f" ({text})"
