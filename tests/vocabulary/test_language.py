"""Texts in the language of a run: marked where they are said, and plain unless somebody asked for something else."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from threading import Thread

import pytest

from smilepay_cli.verbs.deadline import within
from smilepay_cli.vocabulary.language import PLAIN, Language, current, marked, speaking, tr, trn
from smilepay_cli.vocabulary.money import Money

TEXTS = {"hello {name}": "你好 {name}", "{count} frames": "{count} 帧", "left": "剩余"}


def _amount(decimal: Decimal, currency: str, sign: bool) -> str:
    return f"{decimal}".replace(".", ",") + f" {currency}"


SPOKEN = Language(
    "zh_CN",
    lambda text: TEXTS.get(text, text),
    lambda one, many, count: TEXTS.get(many, many),
    amount=_amount,
    number=lambda count: f"<{count}>",
)


@pytest.fixture
def spoken() -> Iterator[None]:
    """A language of two sentences."""
    with speaking(SPOKEN):
        yield


def test_english_is_what_is_written() -> None:
    """Nothing is looked up; numbers as we write them."""
    assert current() is PLAIN
    assert tr("hello {name}", name="lin") == "hello lin"
    assert trn(1, "{count} frame", "{count} frames") == "1 frame"
    assert trn(1200, "{count} frame", "{count} frames") == "1,200 frames"


@pytest.mark.usefixtures("spoken")
def test_a_translation_takes_its_place() -> None:
    """With the values in the translation's own order."""
    assert tr("hello {name}", name="lin") == "你好 lin"
    assert trn(1200, "{count} frame", "{count} frames") == "<1200> 帧"
    assert marked("left") == "left" and tr(marked("left")) == "剩余"


@pytest.mark.usefixtures("spoken")
def test_a_text_without_a_translation_stays_english() -> None:
    """A new message must not be a hole."""
    assert tr("quite new: {what!r}", what="x") == "quite new: 'x'"


@pytest.mark.usefixtures("spoken")
def test_amounts_are_told_in_the_language() -> None:
    """Also those inside an English sentence: one page has one form of numbers."""
    assert tr("{amount} left", amount=Money(2220, "EUR")) == "22,20 EUR left"


def test_an_amount_is_plain_otherwise() -> None:
    """As it can be typed."""
    assert tr("{amount} left", amount=Money(222_000, "EUR")) == "2,220.00 EUR left"


def test_braces_stay_where_there_is_nothing_to_fill_in() -> None:
    """A text is no template then: its author need not know."""
    assert tr("[default: {}]") == "[default: {}]"


@pytest.mark.usefixtures("spoken")
def test_a_check_in_another_thread_speaks_the_same_language() -> None:
    """Its refusal is read by the same person."""
    assert within(lambda: tr("left")) == "剩余"


@pytest.mark.usefixtures("spoken")
def test_any_other_thread_is_plain() -> None:
    """What it makes may be kept, and compared."""
    told: list[str] = []
    thread = Thread(target=lambda: told.append(tr("left")))
    thread.start()
    thread.join()
    assert told == ["left"]


@pytest.mark.usefixtures("spoken")
def test_plain_can_be_asked_for_inside() -> None:
    """For what is kept; and afterwards it goes on as before."""
    with speaking(PLAIN):
        assert tr("left") == "left"
    assert tr("left") == "剩余"
