"""The program: its name, and how every command ends."""

from __future__ import annotations

import errno
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, NoReturn

import typer

from flowsim.cli.terminal import give_up_output
from flowsim.config.version import VERSION
from flowsim.run.failures import ExtraMissing, ResultsError, RunsFailed, WorkerDied, WorkersError

INTERNAL_ERROR, WRONG_INPUT, INTERRUPTED = 1, 2, 130
_NO_ROOM_OR_NO_RIGHT = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}

app = typer.Typer(
    name="flowsim",
    help="Patient flow from the front door of the hospital to day 91.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@contextmanager
def exit_codes() -> Iterator[None]:
    """Turn what ends a command early into a message on standard error and an exit code."""
    from flowsim.config.errors import ConfigError  # here, so that help need not import pydantic

    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of the output has seen enough
        give_up_output()
        raise typer.Exit(INTERNAL_ERROR) from None
    except (ConfigError, ExtraMissing, ResultsError, WorkersError) as error:
        _end(str(error), WRONG_INPUT)
    except MemoryError:
        _end("this run does not fit in memory: shorten run.horizon_days, or use fewer --workers", WRONG_INPUT)
    except OSError as error:
        if error.errno not in _NO_ROOM_OR_NO_RIGHT:
            _internal_error(error)
        give_up_output()
        where = f"{error.filename}: " if error.filename else ""
        _end(f"{where}cannot be written or read: {(error.strerror or str(error)).lower()}", WRONG_INPUT)
    except KeyboardInterrupt as stop:
        _end(f"interrupted; {str(stop) or 'nothing was written'}", INTERRUPTED)
    except (WorkerDied, RunsFailed) as error:
        _end(str(error), INTERNAL_ERROR)
    except Exception as error:
        _internal_error(error)


def _internal_error(error: Exception) -> NoReturn:
    traceback.print_exc()
    _end(
        f"flowsim {VERSION} hit an internal error ({type(error).__name__}); please report it with the text above and "
        "your configuration",
        INTERNAL_ERROR,
    )


def _end(message: str, code: int) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"flowsim {VERSION}")
        raise typer.Exit


@app.callback()
def _flowsim(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass
