"""A folder among the temporary files for what libraries keep, where the user has no home that can be written."""

from __future__ import annotations

import getpass
import os
import stat
import tempfile
from pathlib import Path


def private_folder() -> Path:
    """Return a folder that is this user's alone, the same in every process; it is made if need be.

    Raises
    ------
    OSError
        If no folder for temporary files can be written.
    """
    folder = Path(tempfile.gettempdir()) / f"flowsim-{_user()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if not _is_ours(folder):  # what is kept there is run: nobody else may have put it there
        folder = Path(tempfile.mkdtemp(prefix="flowsim-"))
    tempfile.TemporaryFile(dir=folder).close()
    return folder


def has_home() -> bool:
    """Whether the user has a home folder that can be written."""
    try:
        return os.access(Path.home(), os.W_OK | os.X_OK)
    except RuntimeError:  # an account without a home
        return False


def _user() -> str:
    try:
        name = getpass.getuser()
    except (ImportError, KeyError, OSError):  # an account without a name
        name = str(os.getuid()) if hasattr(os, "getuid") else "user"
    return "".join(letter if letter.isalnum() else "_" for letter in name)


def _is_ours(folder: Path) -> bool:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        return False
    return not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o022)
