"""The terminal, or the file or pipe in its place: what it cannot take must not undo the work that was done."""

from __future__ import annotations

import codecs
import io
import os
import sys

_PLAIN = {
    **{"±": "+/-", "×": "x", "≤": "<=", "≥": ">=", "→": "->", "…": "...", "£": "GBP ", "\u00a0": " "},
    **dict.fromkeys("–—−─━", "-"),
    **dict.fromkeys("‘’", "'"),
    **dict.fromkeys("“”", '"'),
}
_ERRORS = "flowsim.plain"


def degrade_what_cannot_be_shown() -> None:
    """Have standard output and error write characters that their encoding lacks in another way, and never fail."""
    codecs.register_error(_ERRORS, _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ERRORS)


def give_up_output() -> None:
    """Let nothing more be written to standard output, which is closed or full: at its end Python would fail again."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError, AttributeError):  # it is no file
        pass


def _plain(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_PLAIN.get(character, "?") for character in text), error.end
