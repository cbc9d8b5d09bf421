"""The progress bar, for people at a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from flowsim.run.progress import Progress as ShowProgress


@contextmanager
def progress_bar(what: str) -> Iterator[ShowProgress]:
    """Show a progress bar on standard error; yield what is to be called with how many are done, and of how many.

    It appears with the first call. What was done before that does not count towards the time to go.
    """
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True))

    def show(done: int, of: int) -> None:
        if bar.task_ids:
            bar.update(bar.task_ids[0], completed=done, total=of)
        else:
            bar.start()
            bar.add_task("", completed=done, total=of)

    try:
        yield show
    finally:
        if bar.task_ids:
            bar.stop()
