"""The folder convention: where a picture lies says what it is, and what lies elsewhere is told."""

from __future__ import annotations

from collections.abc import Sequence

from smilepay_cli.rules.sets.folders import Entry, convention, read_folders
from smilepay_cli.rules.sets.problems import Wrong
from smilepay_cli.rules.sets.rows import Reading
from smilepay_cli.vocabulary.trials import Kind, Trial


def read(*paths: str, wrong: str | None = None) -> Reading:
    """A tree of these files, folders where a path ends in `/`; in the order given. One of them cannot be followed."""

    def listing(folder: str) -> Sequence[Entry]:
        below = [path.removeprefix(f"{folder}/" if folder else "") for path in paths if path.startswith(folder)]
        names = dict.fromkeys(path.split("/")[0] for path in below if path)
        folders = {path.split("/")[0] for path in below if "/" in path}
        return [Entry(name, name in folders, name.endswith(".jpg"), _LOOP if name == wrong else None) for name in names]

    return read_folders(listing, "faces")


_LOOP = Wrong("is a loop", "take it away")


def test_the_place_says_kind_species_and_person() -> None:
    """Kinds come in the order of the standard's words, whatever the names' order is."""
    reading = read(
        "attack/print/anna/1.jpg",
        "bona_fide/anna/1.jpg",
        "bona_fide/otto  k/2.jpg",
        "injection/morph/anna/1.jpg",
        "zero_effort/kim/clip/1.jpg",
        "zero_effort/kim/clip/2.jpg",
    )
    assert reading.problems.lines() == () and reading.warnings.lines() == ()
    told = [(trial.id, trial.kind, trial.subject, trial.pai_species, trial.where) for trial in reading.trials]
    assert told == [
        ("bona_fide/anna/1.jpg", Kind.BONA_FIDE, "anna", None, "bona_fide/anna"),
        ("bona_fide/otto  k/2.jpg", Kind.BONA_FIDE, "otto k", None, "bona_fide/otto  k"),
        ("zero_effort/kim/clip", Kind.ZERO_EFFORT, "kim", None, "zero_effort/kim"),
        ("attack/print/anna/1.jpg", Kind.ATTACK, "anna", "print", "attack/print/anna"),
        ("injection/morph/anna/1.jpg", Kind.INJECTION, "anna", "morph", "injection/morph/anna"),
    ]
    assert all(trial.path == trial.id and trial.expect is None and trial.account is None for trial in reading.trials)


def test_names_of_files_may_be_anything() -> None:
    """The path leads to the file as it is called; the id can be shown, and be written in UTF-8."""
    names = ['"\n<script>.jpg', "=1+1.jpg", "\udcff.jpg", "a\\b.jpg"]
    trials = read(*(f"bona_fide/anna/{name}" for name in names)).trials
    assert [trial.path for trial in trials] == [f"bona_fide/anna/{name}" for name in names]
    assert [trial.id.removeprefix("bona_fide/anna/") for trial in trials] == [
        '"\\n<script>.jpg',
        "=1+1.jpg",
        "\\xff.jpg",
        "a\\\\b.jpg",
    ]


def test_what_is_no_image_is_counted() -> None:
    """Notes and thumbnails' databases are no trials, and nobody has to wonder."""
    reading = read("README", "bona_fide/notes.txt", "bona_fide/anna/1.jpg", "bona_fide/anna/Thumbs.db")
    assert len(reading.trials) == 1
    assert reading.warnings.lines() == (
        "faces: 3 files were passed over; their names do not end as those of images do",
    )
    one = read("README", "bona_fide/anna/1.jpg")
    assert one.warnings.lines() == ("faces: 1 file was passed over; their names do not end as those of images do",)


def test_a_person_without_images_is_told() -> None:
    """Nothing is tried with them, which a rate would not show."""
    reading = read("bona_fide/anna/1.jpg", "bona_fide/otto/")
    assert reading.warnings.lines() == ("faces/bona_fide/otto: the folder holds no images; nothing is tried with it",)


def test_folders_that_are_none_of_a_set() -> None:
    """Each with the one that is near."""
    reading = read("bonafide/anna/1.jpg", "Zero Effort/anna/1.jpg", "notes/anna/1.jpg")
    assert reading.problems.lines() == (
        "faces/bonafide: this is not a folder of a set (bona_fide, zero_effort, attack, injection); "
        "did you mean 'bona_fide'?",
        "faces/Zero Effort: this is not a folder of a set (bona_fide, zero_effort, attack, injection); "
        "did you mean 'zero_effort'?",
        "faces/notes: this is not a folder of a set (bona_fide, zero_effort, attack, injection); "
        "pictures of a person go into bona_fide/notes",
    )


def test_the_gallery_is_not_tried() -> None:
    """Who is enrolled may lie beside what is tried."""
    reading = read("bona_fide/anna/1.jpg", "gallery/anna/2.jpg", "gallery/otto/1.jpg")
    assert [trial.path for trial in reading.trials] == ["bona_fide/anna/1.jpg"]
    assert not reading.problems.count and not reading.warnings.lines()


def test_an_image_in_the_wrong_place_is_no_trial_and_is_not_passed_over() -> None:
    """It would be missing from every rate."""
    reading = read("1.jpg", "bona_fide/2.jpg", "attack/print/3.jpg", "attack/4.jpg", "attack/print/anna/5.jpg")
    assert reading.problems.lines() == (
        "faces/1.jpg: this is an image outside of a person's folder; images go into bona_fide/<subject>/ or "
        "zero_effort/<subject>/ or attack/<species>/<target>/ or injection/<species>/<target>/",
        "faces/bona_fide/2.jpg: this is an image outside of a person's folder; images go into bona_fide/<subject>/",
        "faces/attack/print/3.jpg: this is an image outside of a person's folder; "
        "images go into attack/<species>/<target>/",
        "faces/attack/4.jpg: this is an image outside of a person's folder; images go into attack/<species>/<target>/",
    )


def test_nothing_at_all_is_a_problem() -> None:
    """A replay of nothing would pass every gate."""
    says = (
        "faces: the folder holds no images of a set; they go into bona_fide/<subject>/ or zero_effort/<subject>/ or "
        "attack/<species>/<target>/ or injection/<species>/<target>/"
    )
    assert read().problems.lines() == (says,)
    assert read("bona_fide/", "attack/print/").problems.lines() == (says,)


def test_a_folder_that_is_no_name_is_told() -> None:
    """Names of accounts cannot be everything that folders can."""
    reading = read("bona_fide/-x/1.jpg", "attack/\udcff/anna/1.jpg", f"attack/print/{'x' * 65}/1.jpg")
    wanted = "is no name; 1 to 64 printable characters, no dash in front"
    assert reading.problems.lines() == (
        f"faces/bona_fide/-x: the subject '-x' {wanted}",
        f"faces/attack/\\xff: the species '\\udcff' {wanted}",
        f"faces/attack/print/{'x' * 65}: the subject '{'x' * 60}'... {wanted}",
    )


def test_what_cannot_be_followed_is_told_wherever_it_is() -> None:
    """A link among people, in place of a kind, or of a capture."""
    for paths, wrong in ((("bona_fide", "zero_effort/a/1.jpg"), "bona_fide"), (("bona_fide/anna",), "anna")):
        assert read(*paths, wrong=wrong).problems.lines() == (f"faces/{paths[0]}: is a loop; take it away",)
    lines = read("bona_fide/anna/1.jpg", "bona_fide/anna/clip", wrong="clip").problems.lines()
    assert lines == ("faces/bona_fide/anna/clip: is a loop; take it away",)


def test_a_folder_that_cannot_be_listed_is_told() -> None:
    """And the rest is looked at all the same."""

    def listing(folder: str) -> Sequence[Entry]:
        if folder == "bona_fide":
            raise Wrong("'bona_fide' cannot be read: permission denied", "look at its permissions")
        return [Entry("bona_fide", True), Entry("bona_fied", True)] if not folder else []

    assert len(read_folders(listing, "faces").problems.lines()) == 2


def test_files_are_looked_at_and_what_is_wrong_stands_among_the_rest() -> None:
    """The adapter's look at each trial."""

    def look(trial: Trial) -> None:
        if trial.path.endswith("2.jpg"):
            raise Wrong(f"{trial.path!r} is not a regular file", "name a file")

    tree = {"": [Entry("bona_fide", True)], "bona_fide": [Entry("anna", True)]}
    images = [Entry("1.jpg", is_image=True), Entry("2.jpg", is_image=True)]
    reading = read_folders(lambda folder: tree.get(folder, images), "faces", look)
    says = "faces/bona_fide/anna/2.jpg: 'bona_fide/anna/2.jpg' is not a regular file; name a file"
    assert reading.problems.lines() == (says,)


def test_the_convention_in_words() -> None:
    """As pages and messages have it."""
    assert [convention(kind) for kind in Kind] == [
        "bona_fide/<subject>/",
        "zero_effort/<subject>/",
        "attack/<species>/<target>/",
        "injection/<species>/<target>/",
    ]
