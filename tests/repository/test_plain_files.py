"""Plain files are read up to a limit; links, pipes and folders are not."""

import os
from pathlib import Path

import pytest

from platform_gate.repository import plain_files

LIMIT = 1000


@pytest.mark.parametrize("size", [0, 1, LIMIT - 1, LIMIT])
def test_a_file_within_the_limit_is_read_whole(tmp_path: Path, size: int) -> None:
    (tmp_path / "a").write_bytes(b"x" * size)
    assert plain_files.read(str(tmp_path / "a"), LIMIT) == b"x" * size


def test_of_a_larger_file_one_byte_above_the_limit_is_read(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(10 * 1024**3)
    assert plain_files.read(str(tmp_path / "huge"), LIMIT) == bytes(LIMIT + 1)


@pytest.mark.parametrize("limit", [10, 100_000_000])
def test_a_file_whose_size_the_system_does_not_tell_is_read_in_chunks(limit: int) -> None:
    content = plain_files.read("/proc/self/status", limit)
    assert content.startswith(b"Name:")
    assert len(content) == 11 if limit == 10 else content.endswith(b"\n")


def test_a_file_that_grows_while_it_is_read_is_cut_at_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(b"x" * 10)
    status = os.stat_result([*os.stat(tmp_path / "a")[:6], 3, *os.stat(tmp_path / "a")[7:10]])  # noqa: PTH116
    monkeypatch.setattr(os, "fstat", lambda _: status)
    monkeypatch.setattr(plain_files, "CHUNK", 2)
    assert plain_files.read(str(tmp_path / "a"), 100) == b"x" * 10
    assert plain_files.read(str(tmp_path / "a"), 7) == b"x" * 8


def test_a_link_is_followed_only_when_asked(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "link").symlink_to("a")
    with pytest.raises(OSError, match="symbolic link"):
        plain_files.read(str(tmp_path / "link"), LIMIT)
    assert plain_files.read(str(tmp_path / "link"), LIMIT, follow_link=True) == b"x"


def test_a_folder_is_no_plain_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="not a plain file"):
        plain_files.read(str(tmp_path), LIMIT)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a plain file"):
        plain_files.read(str(tmp_path / "pipe"), LIMIT, follow_link=True)


@pytest.mark.parametrize(("name", "error"), [("gone", FileNotFoundError), ("null\0", ValueError)])
def test_a_name_that_names_nothing_is_an_error(tmp_path: Path, name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        plain_files.read(str(tmp_path / name), LIMIT)


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    before = os.listdir("/proc/self/fd")  # noqa: PTH208
    plain_files.read(str(tmp_path / "a"), LIMIT)
    with pytest.raises(OSError, match="not a plain file"):
        plain_files.read(str(tmp_path), LIMIT)
    assert len(os.listdir("/proc/self/fd")) == len(before)  # noqa: PTH208
