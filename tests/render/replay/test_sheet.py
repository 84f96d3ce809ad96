"""The contact sheet: a fair choice, and small pictures of what matters."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from smilepay_cli.render.replay.sheet import SIDE, FairPick, picture, thumbnail
from smilepay_cli.vocabulary.faces import Box
from tests.fakes import replays

CLASSES = st.lists(st.sampled_from("abcdef"), max_size=120)


@given(CLASSES, st.integers(1, 20))
def test_every_class_gets_its_share(classes: list[str], most: int) -> None:
    """As many as there is room for; no class has two more than another that still had some; in the set's order."""
    pick = FairPick(most)
    for at, species in enumerate(classes):
        pick.offer({"id": at, "kind": "attack", "pai_species": species})
    kept = list(pick)
    assert pick.seen == len(classes) and len(kept) == len(pick) == min(most, len(classes))
    assert [row["id"] for row in kept] == sorted(row["id"] for row in kept)
    counts = {species: sum(row["pai_species"] == species for row in kept) for species in set(classes)}
    for species, count in counts.items():
        if count < classes.count(species):
            assert max(counts.values()) <= count + 1


def test_classes_without_number_cost_nothing() -> None:
    """A species for every row: what is kept stays as large as the sheet."""
    pick = FairPick(5)
    for at in range(1000):
        pick.offer({"id": at, "kind": "attack", "pai_species": str(at)})
    assert [row["id"] for row in pick] == [0, 1, 2, 3, 4] and len(pick._kept) == 5


def opened(jpeg: bytes) -> Image.Image:
    return Image.open(BytesIO(jpeg))


def test_a_thumbnail_shows_the_face_and_what_is_around_it() -> None:
    """The face red, its surroundings green, the far rest blue."""
    pixels = np.zeros((600, 900, 3), dtype=np.uint8)
    pixels[:] = (0, 0, 255)
    pixels[150:450, 250:550] = (0, 255, 0)
    pixels[200:400, 300:500] = (255, 0, 0)
    small = opened(thumbnail(pixels, Box(300, 200, 200, 200)))
    assert small.format == "JPEG" and small.size == (SIDE, SIDE)
    colours = np.asarray(small.convert("RGB"))
    assert colours[SIDE // 2, SIDE // 2].argmax() == 0 and colours[30, SIDE // 2].argmax() == 1
    assert colours[2, 2].argmax() == 2, "a bezel or the edge of a paper would be seen"


@pytest.mark.parametrize("box", [None, Box(-50, -50, 90, 90), Box(5000, 5000, 10, 10), Box(0, 0, 10**6, 10**6)])
def test_any_box_gives_a_small_picture(box: Box | None) -> None:
    """Also one that reaches past the edge, or lies outside; a picture is never larger than the sheet's place."""
    noise = np.random.default_rng(1).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    jpeg = thumbnail(noise, box)
    assert max(opened(jpeg).size) <= SIDE and len(jpeg) < 32_000


def test_a_picture_of_one_pixel_stays_one() -> None:
    """Nothing is blown up."""
    assert opened(thumbnail(np.zeros((1, 1, 3), dtype=np.uint8), None)).size == (1, 1)


def test_the_caption_says_who_it_was_taken_for() -> None:
    """And how near it came."""
    row = next(row for row in replays.rows() if row["outcome"] == "accepted" and row["kind"] == "attack")
    told = picture(row, None)
    assert told.source == "" and told.caption == f"attack.{row['pai_species']}"
    assert told.detail.startswith(f"accepted as {row['subject']}, 1.00 EUR moved, dissimilarity 0.")
