"""Any path that somebody names is read, or refused in one line, and never waited for."""

from __future__ import annotations

import io
import os
import pty
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from smilepay_cli.adapters.capture import files
from smilepay_cli.adapters.capture.files import file_kind, printable, read_file, read_head, read_stream
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem


def refusal(path: Path | str) -> str:
    """What a person is told; read_head refuses the same."""
    with pytest.raises(UsageProblem) as caught:
        read_file(Path(path))
    with pytest.raises(UsageProblem) as again:
        read_head(Path(path))
    assert again.value.message == caught.value.message
    assert caught.value.reason == "unreadable_file"
    assert caught.value.exit is ExitStatus.USAGE
    assert caught.value.message.isprintable()
    return caught.value.message


@pytest.fixture
def descriptors() -> Iterator[None]:
    """No descriptor is left open by what the test does."""

    def count() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = count()
    yield
    assert count() == before


def test_reads_a_file_and_through_a_link(tmp_path: Path, descriptors: None) -> None:
    (tmp_path / "real").write_bytes(b"abc" * 5000)
    (tmp_path / "link").symlink_to("real")
    assert read_file(tmp_path / "link") == b"abc" * 5000
    assert read_head(tmp_path / "link", 5) == b"abcab"
    assert file_kind(tmp_path / "link") == "file"


def test_an_empty_file_is_empty(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert read_file(tmp_path / "empty") == b""
    assert read_head(tmp_path / "empty") == b""


def test_a_limit_of_ones_own(tmp_path: Path, descriptors: None) -> None:
    """To the byte, and told in a unit that fits."""
    (tmp_path / "file").write_bytes(bytes(4096))
    assert read_file(tmp_path / "file", 4096) == bytes(4096)
    (tmp_path / "file").write_bytes(bytes(4097))
    with pytest.raises(UsageProblem, match="larger than 4 KiB"):
        read_file(tmp_path / "file", 4096)


def test_missing(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none") == f"{tmp_path}/none: no such file or directory"
    assert file_kind(tmp_path / "none") == "missing"


def test_a_folder(tmp_path: Path, descriptors: None) -> None:
    assert refusal(tmp_path) == f"{tmp_path}: a folder, not a file"


def test_a_fifo_is_not_waited_for_nor_woken(tmp_path: Path, descriptors: None) -> None:
    """Opening it for reading would let a writer go on that then dies of SIGPIPE."""
    os.mkfifo(tmp_path / "fifo")
    assert refusal(tmp_path / "fifo") == f"{tmp_path}/fifo: not a regular file"
    assert file_kind(tmp_path / "fifo") == "other"


def test_a_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        assert refusal("socket") == "socket: not a regular file"


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty", "/dev/random"])
def test_a_device_is_not_opened(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """/dev/zero never ends, and opening some devices does something."""
    monkeypatch.setattr(os, "open", lambda *args: pytest.fail("opened"))
    assert refusal(device) == f"{device}: not a regular file"
    assert file_kind(Path(device)) == "device"


@pytest.mark.parametrize("swapped_in", ["fifo", "folder", "/dev/zero"])
def test_what_is_swapped_in_after_the_look_is_refused(
    swapped_in: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, descriptors: None
) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    monkeypatch.setattr(files, "file_kind", lambda path: "file")
    assert refusal(tmp_path / swapped_in).startswith(f"{tmp_path / swapped_in}: ")


def test_a_link_that_goes_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert refusal(tmp_path / "a") == f"{tmp_path}/a: too many levels of symbolic links"


def test_a_link_to_nowhere(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    assert refusal(tmp_path / "a") == f"{tmp_path}/a: no such file or directory"


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Faked, since root may read everything."""
    (tmp_path / "a").touch()

    def denied(path: str, flags: int) -> int:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "open", denied)
    assert refusal(tmp_path / "a") == f"{tmp_path}/a: permission denied"


@pytest.mark.parametrize(
    "name", ["a\0b", "lone \ud800", "x" * 300, "x/" * 3000, "line\nfeed", "\x1b[31mred", "tab\t\u202eleft", "\udcff"]
)
def test_strange_names_are_told_in_one_printable_line(name: str) -> None:
    assert len(refusal("/" + name)) < 700


def test_a_strange_name_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "line\nfeed \udcff.jpg"
    path.write_bytes(b"data")
    assert read_file(path) == b"data"


def test_printable() -> None:
    assert printable("Grüße 笑顔 😀.jpg") == "Grüße 笑顔 😀.jpg"
    assert printable("a\n\x1b\udcff\0") == r"a\n\x1b\udcff\x00"
    long = printable("x" * 9999 + "end.jpg")
    assert len(long) < files.LONGEST_NAME + 10
    assert long.endswith("xend.jpg")


def test_limit_of_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to the limit and no byte beyond."""
    monkeypatch.setattr(files, "LARGEST_FILE", 1024 * 1024)
    (tmp_path / "a").write_bytes(b"x" * 1024 * 1024)
    assert len(read_file(tmp_path / "a")) == 1024 * 1024
    with (tmp_path / "a").open("ab") as file:
        file.write(b"x")
    with pytest.raises(UsageProblem, match="a: larger than 1 MiB"):
        read_file(tmp_path / "a")
    with (tmp_path / "a").open("rb") as stream, pytest.raises(UsageProblem, match="-: larger than 1 MiB"):
        read_stream(stream)
    assert len(read_head(tmp_path / "a", 10)) == 10


def test_a_file_that_claims_to_be_empty_and_never_ends_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit is on what is read, not on the size that was said: a sparse file stands for one that grows."""
    monkeypatch.setattr(files, "LARGEST_FILE", 1024 * 1024)
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(UsageProblem, match="larger than 1 MiB"):
        read_file(tmp_path / "sparse")


def test_a_read_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """/proc/self/mem is a regular file whose first byte is an I/O error."""
    assert refusal("/proc/self/mem") == "/proc/self/mem: input/output error"


def test_stdin() -> None:
    assert read_stream(io.BytesIO(b"picture")) == b"picture"


def test_no_stdin() -> None:
    """As under a service manager, or after `<&-`."""
    closed = io.BytesIO()
    closed.close()
    for stream in (None, closed):
        with pytest.raises(UsageProblem, match="-: there is no standard input"):
            read_stream(stream)


def test_a_terminal_is_not_read(descriptors: None) -> None:
    """People who forget the pipe get a hint rather than a cursor that waits."""
    ours, theirs = pty.openpty()
    with open(ours, "rb", buffering=0), open(theirs, "rb") as terminal, pytest.raises(UsageProblem) as caught:  # noqa: PTH123
        read_stream(terminal)
    assert "which is a terminal" in caught.value.message
    assert caught.value.hint == "pipe a file in"


def test_stdin_that_cannot_be_read(tmp_path: Path) -> None:
    """`0>file`, and a pipe that was set not to wait."""
    with (tmp_path / "a").open("wb") as written, pytest.raises(UsageProblem, match="-: "):
        read_stream(written)
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    with open(reading, "rb") as pipe, open(writing, "wb"), pytest.raises(UsageProblem, match="-: has nothing to read"):  # noqa: PTH123
        read_stream(pipe)
