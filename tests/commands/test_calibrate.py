"""`smilepay calibrate`: pictures as files, a fake engine; and the real one on the sample faces."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from smilepay_cli.adapters.packaged import sample_faces
from smilepay_cli.commands.app import run
from smilepay_cli.commands.calibrate import share
from smilepay_cli.commands.environment import Environment
from smilepay_cli.rules.calibration.halves import halves
from smilepay_cli.vocabulary.errors import UsageProblem
from tests.commands.conftest import Answer, Shell
from tests.fakes.fake_engine import empty_picture, picture, save

NAMES = [f"person {number}" for number in range(24)]
SPLIT = halves(dict.fromkeys(NAMES, 2), 0, 0.5)


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """24 people with two pictures each."""
    folder = tmp_path / "people"
    for name in NAMES:
        for noise in (1, 2):
            save(picture(name, noise=noise), folder / name / f"{noise}.png")
    return folder


def calibrate(shell: Shell, people: Path, *more: str, target: str = "0.1") -> Answer:
    cache = ("--cache", str(shell.folder / "cache"))
    return shell("calibrate", str(people), "--target-fmr", target, *cache, *more)


def figures(answer: Answer, half: str, rate: str) -> dict[str, Any]:
    found: dict[str, Any] = answer.envelope["data"][half]["chosen"][rate]
    return found


def test_a_policy_is_written_and_holds(shell: Shell, people: Path) -> None:
    """What comes out is a file that --policy takes, with the numbers that were told; and no wallet is made."""
    file = shell.folder / "kiosk.toml"
    answer = calibrate(shell, people, "--out", str(file), "--json")
    data = answer.envelope["data"]
    assert answer.exit == 0 and data["file"] == str(file)
    assert file.read_text() == data["policy"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert not shell.home.exists()
    assert (data["people"], data["images"], data["extends"], data["scheme"]) == (24, 48, "standard", "euclidean")
    assert figures(answer, "tune", "fmr")["upper_one_sided"] <= 0.1
    assert (figures(answer, "tune", "fnmr")["k"], figures(answer, "report", "fnmr")["n"]) == (0, 12)
    for half in ("tune", "report"):
        assert set(figures(answer, half, "fmr")) == {"k", "n", "rate", "lower", "upper", "upper_one_sided", "worth"}
        assert (data[half]["people"], data[half]["mated"], data[half]["non_mated"]) == (12, 12, 264)
    shell.enroll("ann")
    paid = shell("pay", "--amount", "3", "--merchant", "kiosk", "--image", shell.selfie("ann"),
                 "--policy", str(file), "--json")  # fmt: skip
    assert paid.exit == 0
    shown = shell("policy", "--policy", str(file), "--json").envelope["data"]
    [own] = [policy for policy in shown["policies"] if policy["name"] == "kiosk.toml"]
    assert (own["dissimilarity_max"], own["margin"]) == (data["dissimilarity_max"], data["margin"])
    assert own["smile"] == "still" and shown["chosen"] == "kiosk.toml"


def test_it_is_told_to_people(shell: Shell, people: Path) -> None:
    """Both halves, what the policy has now, that it is weaker, and what to do next; nobody's name in the file."""
    file = shell.folder / "kiosk.toml"
    answer = calibrate(shell, people, "--out", str(file), "--name", "Kiosk at noon")
    assert answer.exit == 0, answer.stderr
    for words in (
        "for an FMR of 10 %",
        "264 non-mated comparisons",
        "FMR             tune",
        "FNIR            report",
        "standard 0.5",
        "weaker than standard in dissimilarity_max",
        f"next: smilepay replay SET --policy {file} --out FOLDER",
    ):
        assert words in answer.stdout
    text = file.read_text()
    assert text.startswith("# Kiosk at noon: a policy by smilepay calibrate")
    assert "person" not in text.replace("people", "")
    assert "Seed 0" in text and "48 of 24 people" in text and "Tune half: FMR" in text


def test_without_out_nothing_is_written(shell: Shell, people: Path) -> None:
    answer = calibrate(shell, people, "--no-cache")
    assert answer.exit == 0
    assert 'extends = "standard"' in answer.stdout and "--out FILE.toml" in answer.stdout
    assert [path.name for path in shell.folder.iterdir()] == ["people"]


def test_the_same_again_is_the_same(shell: Shell, people: Path) -> None:
    """The file is the same byte for byte, from the cache too; another seed is another split."""
    for name in ("one", "two"):
        assert calibrate(shell, people, "--out", str(shell.folder), "--name", name).exit == 0
    one, two = ((shell.folder / f"{name}.toml").read_text() for name in ("one", "two"))
    assert one.replace("one", "two") == two.replace("one", "two")
    other = calibrate(shell, people, "--seed", "1", "--json").envelope["data"]
    assert other["seed"] == 1 and other["tune"]["people"] == 12


def test_a_target_that_so_few_cannot_show_is_refused(shell: Shell, people: Path) -> None:
    """30, with how many comparisons and people would; no file."""
    file = shell.folder / "kiosk.toml"
    answer = calibrate(shell, people, "--out", str(file), "--json", target="0.001")
    assert (answer.exit, answer.envelope["reason"]) == (30, "too_few_comparisons")
    data = answer.envelope["data"]
    assert "0.1 % takes 2,995 independent" in data["message"] and "264 non-mated" in data["message"]
    wanted = data["needed"]
    assert wanted["independent"] == 2995 <= wanted["non_mated"]
    assert wanted["people_in_all"] == 2 * wanted["people"] > 24
    assert f"{wanted['people_in_all']:,} people in both halves" in data["hint"]
    assert data["policy"] is None and not file.exists()
    told = calibrate(shell, people, target="0.1 %")
    assert told.exit == 30 and "no policy" in told.stdout and "would do" in told.stdout


def test_a_report_half_that_contradicts_is_told_and_nothing_is_written(shell: Shell, people: Path) -> None:
    """Everybody of the report half looks like one of them: what held for the others does not hold there."""
    first, *others = SPLIT[1]
    for name in others:
        for noise in (1, 2):
            save(picture(name, noise=noise, like=first, apart=0.05), people / name / f"{noise}.png")
    answer = calibrate(shell, people, "--out", str(shell.folder / "kiosk.toml"), "--json")
    assert (answer.exit, answer.envelope["reason"]) == (30, "report_half_contradicts")
    assert "264 of 264" in answer.envelope["data"]["message"]
    assert figures(answer, "report", "fmr")["lower"] > 0.1
    assert not (shell.folder / "kiosk.toml").exists()


def test_people_who_are_not_kept_apart_need_a_margin_or_are_told(shell: Shell, people: Path) -> None:
    """Two of the tune half as near to each other as to themselves: mistaken searches are told, not hidden."""
    one, other = SPLIT[0][:2]
    for noise in (1, 2):
        save(picture(other, noise=noise, like=one, apart=0.01), people / other / f"{noise}.png")
    answer = calibrate(shell, people, "--json")
    data = answer.envelope["data"]
    assert answer.exit == 0
    assert data["margin"] >= data["extended"]["margin"] == 0.05
    assert figures(answer, "tune", "mistaken")["k"] + figures(answer, "tune", "ambiguous")["k"] > 0
    [alike, *_] = data["look_alikes"]
    assert {Path(alike["one"]).parts[0], Path(alike["other"]).parts[0]} == {one, other}


def test_what_cannot_be_used_is_left_out_with_its_reason(shell: Shell, people: Path) -> None:
    """As `enroll` refuses it; a copy is no comparison, and one under two names is of nobody."""
    save(empty_picture(), people / "person 0" / "nobody.png")
    save(picture("person 0", faces=2), people / "person 0" / "two.png")
    save(picture("person 0", noise=1), people / "person 0" / "again.png")
    save(picture("person 1", noise=1), people / "person 2" / "stranger.png")
    (people / "person 3" / "broken\x1b[31m.png").write_bytes(b"no picture")
    answer = calibrate(shell, people, "--json")
    data = answer.envelope["data"]
    assert data["reasons"] == {
        "no_face": 1, "several_faces": 1, "unusable_image": 1, "same_picture": 1, "two_names": 2,
    }  # fmt: skip
    assert (data["not_acquired"]["k"], data["not_acquired"]["n"], data["images"]) == (3, 50, 47)
    assert Counter(left["reason"] for left in data["left_out"]) == data["reasons"]
    told = calibrate(shell, people)
    assert "no_face" in told.stdout and "\x1b" not in told.stdout
    assert r"broken\x1b[31m.png" in told.stdout


def test_a_manifests_bona_fide_rows_are_taken(shell: Shell, people: Path) -> None:
    """The set that replay takes serves here too; attacks in it are not looked at."""
    rows = [f"{name}-{n},people/{name}/{n}.png,bona_fide,{name}," for name in NAMES for n in (1, 2)]
    rows += ["a,people/person 0/1.png,attack,person 1,print", "b,people/person 0/2.png,bona_fide,,"]
    manifest = shell.folder / "set.csv"
    manifest.write_text("\n".join(["id,path,kind,subject,pai_species", *rows]))
    answer = calibrate(shell, manifest, "--json")
    assert answer.exit == 0
    assert answer.envelope["data"]["images"] == 48
    assert any("do not say who" in warning for warning in answer.envelope["warnings"])


def test_the_replay_folders_are_taken(shell: Shell, people: Path) -> None:
    (shell.folder / "set").mkdir()
    people.rename(shell.folder / "set" / "bona_fide")
    assert calibrate(shell, shell.folder / "set", "--json").envelope["data"]["people"] == 24


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--target-fmr", "0"), "above 0"),
        (("--target-fmr", "0.5"), "more than 0.1"),
        (("--target-fmr", "many"), "no rate"),
        (("--out", "policy.txt"), "end in .toml"),
        (("--out", "missing/policy.toml"), "no such folder"),
        (("--extends", "lax"), "no policy named"),
        (("--extends", "strict", "--policy", "demo"), "name one of them"),
        (("--policy", "own.toml"), "extends a named policy"),
        (("--name", "a\nb"), "no name"),
        (("--report-share", "0.95"), "--report-share"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_usage(shell: Shell, people: Path, more: tuple[str, ...], words: str) -> None:
    """2 and one line, before any picture is looked at."""
    given = ("--target-fmr", "0.1") if more[0] != "--target-fmr" else ()
    answer = shell("calibrate", str(people), *given, *more, "--no-cache")
    assert answer.exit == 2 and words in answer.stderr


def test_nothing_is_written_over(shell: Shell, people: Path) -> None:
    file = shell.folder / "kiosk.toml"
    file.write_text("mine")
    answer = calibrate(shell, people, "--out", str(file))
    assert answer.exit == 2 and "not written over" in answer.stderr and file.read_text() == "mine"


@pytest.mark.parametrize("keep", ["nobody", "one person", "one picture each"])
def test_too_little_to_compare_is_usage(shell: Shell, people: Path, keep: str) -> None:
    """Without mated and non-mated comparisons there is nothing to calibrate on."""
    for folder in people.iterdir():
        for file in folder.iterdir():
            if keep == "nobody" or (keep == "one person" and folder.name != NAMES[0]) or (
                keep == "one picture each" and file.name != "1.png"
            ):  # fmt: skip
                save(empty_picture(noise=len(str(file))), file)
    answer = calibrate(shell, people, "--json")
    assert (answer.exit, answer.envelope["reason"]) == (2, "too_few_people")


def test_no_folder_is_usage(shell: Shell) -> None:
    assert "is not there" in calibrate(shell, shell.folder / "nowhere").stderr


def test_rates_are_shares_or_percent() -> None:
    assert share("0.001") == share("0.1%") == share(" 1e-3 ") == share(".1 %") == 0.001
    for text in ("1/1000", "-1", "", "nan", "0.1 %%", "1e-3e"):
        with pytest.raises(UsageProblem):
            share(text)


def test_four_real_people_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The sample faces with the real engine: two people in a half show nothing, and it says what would."""
    arguments = ("--target-fmr", "0.001", "--home", str(tmp_path / "home"), "--cache", str(tmp_path / "cache"))
    status = run(["calibrate", str(sample_faces()), *arguments], Environment(variables=dict(os.environ)))
    told = " ".join(capsys.readouterr().out.split())
    assert status == 30
    assert "an FMR of 0.1 % takes 2,995 independent non-mated comparisons without an error" in told
    assert "of 2 people, worth 1 if they were independent: 95 % at best" in told
    assert "1 left out: no_face" in told
