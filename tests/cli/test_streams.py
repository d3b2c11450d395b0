"""Written whole or not at all, and never lost in silence."""

import io
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from platform_gate.cli.streams import write_error, write_file, write_stdout
from platform_gate.model import GateError


def broken_pieces() -> Iterator[str]:
    yield "half"
    raise OSError(28, "No space left on device")


def below(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


class Full:
    """A standard output on a full disk."""

    def __init__(self) -> None:
        self.buffer = self

    def write(self, _data: bytes) -> int:
        raise OSError(28, "No space left on device")


def test_a_file_is_written_as_utf_8(tmp_path: Path) -> None:
    write_file(str(tmp_path / "a.txt"), ["ä", "可\n"])
    assert (tmp_path / "a.txt").read_bytes() == "ä可\n".encode()


def test_a_lone_surrogate_is_spelled_out(tmp_path: Path) -> None:
    write_file(str(tmp_path / "a.txt"), ["\udcff"])
    assert (tmp_path / "a.txt").read_bytes() == b"\\udcff"


def test_a_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("long old content")
    write_file(str(tmp_path / "a.txt"), ["new"])
    assert (tmp_path / "a.txt").read_text() == "new"


def test_what_cannot_be_finished_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(GateError, match="no space left on device"):
        write_file(str(tmp_path / "a.txt"), broken_pieces())
    assert (tmp_path / "a.txt").read_text() == "old"
    assert below(tmp_path) == ["a.txt"]


def test_an_interruption_leaves_nothing_behind(tmp_path: Path) -> None:
    def pieces() -> Iterator[str]:
        yield "half"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_file(str(tmp_path / "a.txt"), pieces())
    assert below(tmp_path) == []


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_the_umask_is_kept(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        write_file(str(tmp_path / "a.txt"), ["x"])
        assert os.umask(mask) == mask
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o666 & ~mask


@pytest.mark.parametrize("path", ["gone/a.txt", "folder", ""])
def test_a_place_that_is_none_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    with pytest.raises(GateError, match="could not be written"):
        write_file(path, ["x"])
    assert below(tmp_path) == ["folder"]


def test_a_link_stays_a_link_or_becomes_the_report(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("real.txt")
    write_file(str(tmp_path / "link.txt"), ["new"])
    assert (tmp_path / "link.txt").read_text() == "new"


def test_a_pipe_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        try:
            write_file(str(tmp_path / "pipe"), ["x"])
        except GateError:
            pass
        else:
            assert os.read(reader, 10) == b"x"
        assert (tmp_path / "pipe").is_fifo()
    finally:
        os.close(reader)


def test_standard_output_is_utf_8_whatever_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    write_stdout(["ä", "\udcff"])
    assert stream.buffer.getvalue() == "ä".encode() + b"\\udcff"


@pytest.mark.parametrize("stream", [None, Full()])
def test_lost_standard_output_is_an_error(monkeypatch: pytest.MonkeyPatch, stream: Full | None) -> None:
    monkeypatch.setattr(sys, "stdout", stream)
    with pytest.raises(GateError, match="standard output could not be written"):
        write_stdout(["x"])


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("plain", "plain\n"),
        ("two\nlines", "two\nlines\n"),
        ("\x1b[2J", "\\x1b[2J\n"),
        ("::error::x", ":\\x3aerror::x\n"),
        ("a\n  ::error::x", "a\n  :\\x3aerror::x\n"),
        ("a\r::error::x", "a\n:\\x3aerror::x\n"),
        ("a ##[error]x", "a #\\x23[error]x\n"),
        ("\u202eevil", "\\u202eevil\n"),
    ],
)
def test_an_error_message_acts_on_nothing(capsys: pytest.CaptureFixture[str], message: str, shown: str) -> None:
    write_error(message)
    assert capsys.readouterr().err == shown


def test_an_error_message_may_be_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    write_error("nobody hears")


@pytest.mark.parametrize("code", [0, 1, 2, 3, 130])
def test_leaving_keeps_the_code(code: int) -> None:
    words = [sys.executable, "-c", f"from platform_gate.cli.streams import leave; print('said'); leave({code})"]
    done = subprocess.run(words, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (code, b"said\n")
