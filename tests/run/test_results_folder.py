"""Whether results can be written, before any work is done."""

import pytest

from flowsim.run.failures import ResultsError
from flowsim.run.results_folder import check_writable


def test_trying_a_folder_leaves_nothing_behind(tmp_path):
    check_writable(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "a").mkdir()
    check_writable(tmp_path / "a")
    assert list((tmp_path / "a").iterdir()) == []


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("x")
    for out in (tmp_path / "file", tmp_path / "file" / "a" / "b"):
        with pytest.raises(ResultsError) as caught:
            check_writable(out)
        assert str(caught.value).startswith(f"{out}: results cannot be written here: ")
        assert str(caught.value).endswith(f"{tmp_path / 'file'} is a file, not a folder")
