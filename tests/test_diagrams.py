"""The pictures of the architecture: drawn from the code, complete, readable anywhere."""

from __future__ import annotations

import re

import pytest

from smilepay_cli.vocabulary.errors import ExitStatus
from tests.test_layers import LAYERS
from tools import docs_flow
from tools.docs_console import ROOT
from tools.docs_diagram import Drawing

RAN = ["input", "policy_floor", "lockout", "capture", "replay", "gallery", "slot", "one_person", "match", "smile",
       "deny_cues", "policy_floor", "newest_order", "funds"]  # fmt: skip


def test_every_check_and_reason_of_a_payment_has_a_place() -> None:
    """The picture would leave something out else."""
    docs_flow.require_places(RAN, docs_flow.modules_of_checks())


@pytest.mark.parametrize(
    ("ran", "more", "told"),
    [
        (RAN, {"blink": "face"}, "checks without a stage: blink"),
        (["capture", "lockout", "deny_cues"], {}, "another order than a payment's checks: .*lockout"),
        (["wink", "deny_cues"], {}, "another order than a payment's checks: .*wink"),
    ],
)
def test_what_has_no_place_ends_make_docs(ran: list[str], more: dict[str, str], told: str) -> None:
    """A check that somebody adds, and one that somebody moves."""
    with pytest.raises(SystemExit, match=told):
        docs_flow.require_places(ran, docs_flow.modules_of_checks() | more)


def test_a_check_that_is_gone_is_noticed() -> None:
    """The picture must not promise what nobody looks at."""
    modules = docs_flow.modules_of_checks()
    del modules["match"]
    with pytest.raises(SystemExit, match="stages with checks that are in no verb: match"):
        docs_flow.require_places(RAN, modules)


def test_the_flow_shows_every_way_a_face_or_money_can_refuse() -> None:
    """The picture that is committed has each exit status of an attempt by number and name, and success."""
    drawn = (ROOT / "docs" / "img" / "flow.svg").read_text(encoding="utf-8")
    for status in ExitStatus:
        if 10 <= status < 30:
            assert f">{int(status)}</text>" in drawn and f">{status.name.lower()}</text>" in drawn
    assert ">0</text>" in drawn and "One transaction" in drawn


def test_the_layers_are_drawn_from_the_imports() -> None:
    """Verbs see no adapter; the vocabulary sees nothing of ours; every layer is there, the highest on top."""
    drawn = docs_flow.layers_picture()
    assert drawn == docs_flow.layers_picture()
    told = dict(re.findall(r">(\w+)/</text>\n<text[^>]*>(imports [^<]*)</text>", drawn))
    assert set(told) == {name for name in LAYERS if (ROOT / "smilepay_cli" / name).is_dir()}
    assert "adapters" not in told["verbs"] and "ports" in told["verbs"]
    assert told["vocabulary"] == "imports nothing of ours"
    assert [LAYERS[name] for name in told] == sorted((LAYERS[name] for name in told), reverse=True)


@pytest.mark.parametrize("name", docs_flow.PICTURES)
def test_a_picture_is_readable_in_light_and_dark_and_fetches_nothing(name: str) -> None:
    """It brings its own paper, and takes the reader's colours."""
    drawn = (ROOT / "docs" / "img" / name).read_text(encoding="utf-8")
    assert "@media (prefers-color-scheme:dark)" in drawn and '<rect class="paper"' in drawn
    assert drawn.count("http") == 1, "the name space of SVG only"


def test_words_in_a_drawing_are_text() -> None:
    """Whatever they are."""
    drawing = Drawing(100)
    drawing.words(1, 2, "a <b> & c")
    assert ">a &lt;b&gt; &amp; c</text>" in drawing.svg("x < y", 50)
    assert "<title>x &lt; y</title>" in drawing.svg("x < y", 50)
