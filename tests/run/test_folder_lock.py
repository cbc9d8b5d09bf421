"""One process at a time works in a results folder."""

import errno
import os
import subprocess
import sys

import pytest

from flowsim.run.folder_lock import folder_lock


def test_two_processes_do_not_work_in_one_folder(tmp_path):
    with folder_lock(tmp_path):
        other = "import sys; from pathlib import Path; from flowsim.run.folder_lock import folder_lock\n"
        other += "with folder_lock(Path(sys.argv[1])): pass"
        ended = subprocess.run([sys.executable, "-c", other, tmp_path], capture_output=True, text=True, timeout=120)
        assert "ResultsError" in ended.stderr
        assert "another flowsim is at work in this folder" in ended.stderr
    with folder_lock(tmp_path):
        pass


def test_what_a_killed_process_left_half_written_is_cleared_away(tmp_path):
    (tmp_path / "tasks").mkdir()
    left = [tmp_path / ".daily-77.partial.parquet", tmp_path / "tasks" / ".abc-77.partial.npz"]
    for path in left:
        path.write_bytes(b"half")
    (tmp_path / "summary.csv").write_bytes(b"whole")
    with folder_lock(tmp_path):
        assert not any(path.exists() for path in left)
        assert (tmp_path / "summary.csv").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs flock")
def test_a_file_system_without_locks_is_no_reason_to_refuse(tmp_path, monkeypatch):
    import fcntl

    def refuse(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with folder_lock(tmp_path / "out"):
        assert (tmp_path / "out").is_dir()
    monkeypatch.undo()
    with folder_lock(tmp_path / "out"):
        pass
