"""Why a folder could not be written, in words."""

import errno

import pytest

from flowsim.run import atomic_files
from flowsim.run.atomic_files import reason


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (PermissionError(errno.EACCES, "Permission denied"), "permission denied"),
        (OSError(errno.EROFS, "Read-only file system"), "read-only file system"),
    ],
)
def test_the_system_is_quoted_in_plain_words(tmp_path, error, words):
    assert reason(error, tmp_path) == words


def test_a_path_that_is_too_long_for_windows_is_named_as_the_reason(tmp_path, monkeypatch):
    monkeypatch.setattr(atomic_files, "_WINDOWS", True)
    missing = FileNotFoundError(errno.ENOENT, "No such file or directory")
    assert reason(missing, tmp_path / ("x" * 200)).startswith("its path is longer than the 160 characters")
    assert reason(missing, tmp_path) == "no such file or directory"
