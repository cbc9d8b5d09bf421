"""Where results are kept: what is read back is what was kept, and what is not whole counts as not done."""

import errno
import io
import os
import struct
import zipfile
from pathlib import Path

import pytest

import flowsim
from flowsim.run.failures import ResultsError
from flowsim.run.stores import DiskStore, MemoryStore
from flowsim.run.tasks import perform, tasks_of


@pytest.fixture
def content(tiny_city):
    (task,) = tasks_of(flowsim.load_config(tiny_city), "compiled", [0])
    return perform(task)


@pytest.mark.parametrize("kind", ["disk", "memory"])
def test_a_result_is_found_under_its_key_alone(content, tiny_city, tmp_path, kind):
    store = DiskStore(tmp_path / "tasks") if kind == "disk" else MemoryStore()
    assert ("key" in store, store.read("key")) == (False, None)
    store.write("key", content)
    assert ("key" in store, "other" in store, store.read("other")) == (True, False, None)
    run = flowsim.simulate(flowsim.load_config(tiny_city))
    kept = store.read("key").measures
    assert [kept[name].hex() for name in kept] == [float(value).hex() for value in run.measures.values()]


def middle_of_the_largest_part(content):
    """Where the numbers of the largest part are: a time or a size between two parts may be read twice or never."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = max(archive.infolist(), key=lambda part: part.compress_size)
    name, extra = struct.unpack_from("<HH", content, part.header_offset + 26)  # lengths, in a head of 30 bytes
    return part.header_offset + 30 + name + extra + part.compress_size // 2


def test_a_file_that_is_not_whole_counts_as_not_done(content, tmp_path):
    store = DiskStore(tmp_path / "tasks")
    assert store.read("key") is None
    store.write("key", content)
    (file,) = store.folder.iterdir()
    assert store.read("key") is not None
    flipped = bytearray(content)
    flipped[middle_of_the_largest_part(content)] ^= 1
    broken = [b"", b"no archive", content[:-1], content[: len(content) // 2], content[:100], bytes(flipped)]
    for half in broken:
        file.write_bytes(half)
        assert store.read("key") is None
    store.write("key", content)
    assert store.read("key") is not None


def test_a_full_disk_keeps_what_is_finished(tmp_path, monkeypatch):
    store = DiskStore(tmp_path / "tasks")
    store.write("first", b"whole")

    def full(path, content):
        with path.open("wb") as file:
            file.write(content[:2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ResultsError, match="tasks: a finished run could not be written: the disk is full; those"):
        store.write("second", b"whole")
    assert [path.name for path in store.folder.iterdir()] == ["first.npz"]
    assert (store.folder / "first.npz").read_bytes() == b"whole"
