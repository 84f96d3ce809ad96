"""Pictures of people for calibration, from folders and from sets."""

from __future__ import annotations

from pathlib import Path

import pytest

from smilepay_cli.adapters.set_album import people_in
from smilepay_cli.vocabulary.errors import UsageProblem


def made(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    return folder


def told(name: Path) -> list[tuple[str, str, bool]]:
    return [(one.person, one.name, one.is_capture) for one in people_in(str(name))[0]]


def test_a_folder_of_people(tmp_path: Path) -> None:
    """As `forge` takes it: each picture, and each folder of frames as one capture."""
    made(tmp_path, "lin/1.jpg", "lin/clip/1.jpg", "lin/clip/2.jpg", "otto/1.jpg")
    assert told(tmp_path) == [("lin", "1.jpg", False), ("lin", "clip", True), ("otto", "1.jpg", False)]


def test_a_manifest_goes_before_folders(tmp_path: Path) -> None:
    """Bona fide rows with their subject, else the account; others are left alone, each file once."""
    made(tmp_path, "a.jpg", "b.jpg", "clip/1.jpg", "clip/2.jpg")
    (tmp_path / "manifest.csv").write_text(
        "id,path,kind,subject,account,pai_species\n1,a.jpg,bona_fide,lin,,\n2,b.jpg,bona_fide,,otto,\n"
        "3,b.jpg,attack,lin,,print\n4,clip,bona_fide,lin,,\n5,a.jpg,bona_fide,lin,,\n6,b.jpg,zero_effort,lin,,\n"
    )
    wanted = [("lin", "5", False), ("otto", "2", False), ("lin", "4", True)]
    assert told(tmp_path) == wanted == told(tmp_path / "manifest.csv")


def test_rows_that_name_nobody_are_told(tmp_path: Path) -> None:
    """They can be no comparison; silence would look as if they had been used."""
    made(tmp_path, "a.jpg")
    (tmp_path / "set.csv").write_text("id,path,kind,subject\n1,a.jpg,bona_fide,\n")
    found, warnings = people_in(str(tmp_path / "set.csv"))
    assert not found
    assert "1 bona fide rows do not say who is shown" in warnings[-1]


@pytest.mark.parametrize(("name", "words"), [("nowhere", "is not there"), ("a.jpg", "no manifest by its name")])
def test_what_is_neither_is_usage(tmp_path: Path, name: str, words: str) -> None:
    made(tmp_path, "a.jpg")
    with pytest.raises(UsageProblem, match=words):
        people_in(str(tmp_path / name))
