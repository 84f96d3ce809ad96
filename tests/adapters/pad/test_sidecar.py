"""Sidecars: what each key takes, and one clear line for everything else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from smilepay_cli.adapters.pad.sidecar import READERS, REQUIRED, Sidecar, sidecar_from
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem
from tests.adapters.pad.networks import toml

PAGE = Path(__file__).resolve().parents[3] / "docs" / "pad-models.md"
LEAST: dict[str, Any] = {
    "sha256": "ab" * 32,
    "input_size": [80, 64],
    "crop_scale": 2.7,
    "colour_order": "bgr",
    "range": "0..255",
    "live_class": 1,
    "threshold": 0.5,
}
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def read(**changed: Any) -> Sidecar:
    """The least that a sidecar holds, changed; None leaves a key out."""
    return sidecar_from(toml({**LEAST, **changed}).encode())


def refusal(text: bytes) -> UsageProblem:
    """What is told of a sidecar that cannot be used."""
    with pytest.raises(UsageProblem) as caught:
        sidecar_from(text)
    assert caught.value.reason == "bad_pad_model" and caught.value.exit is ExitStatus.USAGE
    assert "\n" not in caught.value.message
    return caught.value


def test_the_least_that_it_holds() -> None:
    """Everything else has a default."""
    assert read() == Sidecar(
        sha256="ab" * 32,
        input_size=(80, 64),
        crop_scale=2.7,
        colour_order="bgr",
        mean=(0.0, 0.0, 0.0),
        std=(1 / 255, 1 / 255, 1 / 255),
        live_class=1,
        threshold=0.5,
        layout="nchw",
        activation="softmax",
        resize="linear",
        name=None,
        source=None,
    )


def test_everything_that_it_may_hold() -> None:
    whole = read(
        range=None, mean=MEAN, std=STD, layout="nhwc", activation="sigmoid", resize="smooth", name="N", source="S"
    )
    assert whole.mean == tuple(MEAN) and whole.std == tuple(STD)
    assert (whole.layout, whole.activation, whole.resize, whole.name, whole.source) == (
        "nhwc", "sigmoid", "smooth", "N", "S",
    )  # fmt: skip


def test_other_ways_to_write_the_same() -> None:
    """One number for a square; a digest in capitals, as some programs print it; a whole number for a fraction."""
    assert read(input_size=80).input_size == (80, 80)
    assert read(sha256="AB" * 32) == read()
    assert read(crop_scale=4).crop_scale == 4.0


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("sha256", ["", "ab" * 31, "zz" * 32, "ab" * 33, 7, ["ab" * 32]]),
        ("input_size", [7, 2049, 80.0, "80", [80], [80, 80, 3], [80, 0], [80, -80], [80, 2.5], "true", []]),
        ("crop_scale", [0, -1, 0.4, 21, "2.7", "inf", "nan", [2.7]]),
        ("colour_order", ["RGB", "grb", "", 1, ["rgb"]]),
        ("range", ["0-255", "0..256", 255, [0, 255]]),
        ("layout", ["chw", "NCHW", 4]),
        ("live_class", [-1, 1.0, 1000, "1", [1]]),
        ("activation", ["relu", "", 0]),
        ("resize", ["nearest", "", 0]),
        ("threshold", [0, 1, 0.0, 1.0, -0.5, 1.5, 50, "0.5", [0.5]]),
        ("name", ["", "n" * 201, 5, "a\\tb", "\\u202e"]),
        ("source", ["", "n" * 201, "a\\nb"]),
    ],
)
def test_values_of_the_wrong_kind(key: str, values: list[Any]) -> None:
    """Each one is told by its key, before anything is done with it."""
    for value in values:
        assert refusal(toml({**LEAST, key: value}).encode()).message.startswith(f"{key} must be "), value


@pytest.mark.parametrize("value", ["true", "inf", "-inf", "nan", "{}", "1979-05-27"])
def test_values_of_no_use_to_any_number(value: str) -> None:
    """Not a number, no end, and what Python would take for 1."""
    for key in ("input_size", "crop_scale", "live_class", "threshold"):
        text = toml({**LEAST, key: None}) + f"{key} = {value}\n"
        assert refusal(text.encode()).message.startswith(f"{key} must be ")


@pytest.mark.parametrize("key", ["mean", "std"])
def test_means_and_deviations_are_of_pixels_up_to_1(key: str) -> None:
    """Those of pixels up to 255 would leave the network nothing to see, and it might call nothing alive."""
    for wrong in ([103.5, 116.3, 123.7], [0.5, 0.5], [0.5] * 4, 0.5, [0.5, 0.5, -0.1], [], ["a", "b", "c"]):
        text = toml({**LEAST, "range": None, "mean": MEAN, "std": STD, key: wrong})
        assert refusal(text.encode()).message.startswith(f"{key} must be three numbers from 0")
    nothing = toml({**LEAST, "range": None, "mean": MEAN, "std": [0.2, 0.2, 0]})
    assert "from 0.001 to 1" in refusal(nothing.encode()).message


@pytest.mark.parametrize(
    "given",
    [
        {"range": None},
        {"mean": MEAN},
        {"mean": MEAN, "std": STD},
        {"range": None, "mean": MEAN},
        {"range": None, "std": STD},
    ],
    ids=str,
)
def test_either_a_range_or_mean_and_std(given: dict[str, Any]) -> None:
    """Nothing is guessed where both are given, or half of one."""
    assert refusal(toml({**LEAST, **given}).encode()).message == "needs either range, or mean and std"


@pytest.mark.parametrize("key", REQUIRED)
def test_what_it_must_hold(key: str) -> None:
    """The digest above all: a network that was exchanged must not run."""
    assert refusal(toml({**LEAST, key: None}).encode()).message == f"lacks {key}"


def test_an_unknown_key_is_not_passed_over() -> None:
    """A threshold that was misspelt would not hold."""
    problem = refusal((toml(LEAST) + "treshold = 0.9\n").encode())
    assert problem.message == "unknown key 'treshold'"
    assert problem.hint is not None and problem.hint.startswith("did you mean 'threshold'? keys: sha256, ")


@pytest.mark.parametrize(
    "text",
    [
        b"\xff\xfe",
        b"sha256",
        b"\0",
        toml(LEAST).encode("utf-16"),
        toml(LEAST).encode() + b"threshold = 0.9",
        b"threshold = " + b"9" * 5000,
        b"input_size = " + b"[" * 30_000,
    ],
)
def test_what_is_no_toml(text: bytes) -> None:
    assert refusal(text).message.startswith("is not TOML in UTF-8: ")


def test_an_empty_one_lacks_everything() -> None:
    assert refusal(b"").message == f"lacks {', '.join(REQUIRED)}"


def test_the_page_has_every_key_and_its_example_works() -> None:
    """docs/pad-models.md: a key that is missing there, or an example that is refused, helps nobody."""
    page = PAGE.read_text(encoding="utf-8")
    assert [key for key in READERS if f"| `{key}` |" not in page] == []
    (example,) = re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    sidecar = sidecar_from(example.encode())
    assert (sidecar.input_size, sidecar.crop_scale, sidecar.colour_order) == ((80, 80), 2.7, "bgr")
    assert (sidecar.live_class, sidecar.activation, sidecar.std) == (1, "softmax", (1 / 255,) * 3)
