"""How work says how far it is: it calls what it was given with how many pieces are done, and of how many."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]


def no_progress(done: int, of: int) -> None:
    """Show nothing."""
