"""Typed command lines as steps: taken apart as the program does, with nothing secret and nothing accidental in them."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.commands.scenario_forms import forms
from smilepay_cli.harnesses.scenarios.forms import Within
from smilepay_cli.harnesses.scenarios.recording import NotTaken, Recording, typed_line
from tests.fakes.scenarios import loaded

ORDER, PAYMENT = "ord_0123456789ab", "pay_0123456789ab"
PINS = st.text("0123456789", min_size=4, max_size=32)


def recording() -> Recording:
    return Recording("a story", lambda within, text: f"{within.value}/{text}", ".")


def step(line: str, of: Recording | None = None) -> dict[str, Any]:
    return (of or recording()).step_of(typed_line(line.split(), forms()))


@pytest.mark.parametrize(
    ("line", "written"),
    [
        (
            "enroll lin --image a.jpg --image b.jpg --deposit 3.50",
            {"enroll": {"name": "lin", "deposit": "3.50", "image": ["faces/a.jpg", "faces/b.jpg"]}},
        ),
        ("enroll lin --image=a.jpg", {"enroll": {"name": "lin", "image": "faces/a.jpg"}}),
        ("shop stamp --image a.jpg", {"shop": {"items": ["stamp"], "image": "faces/a.jpg"}}),
        ("shop latte=2 tea --image a.jpg", {"shop": {"items": {"latte": 2, "tea": 1}, "image": "faces/a.jpg"}}),
        ("shop latte=2 latte=3 --image a.jpg", {"shop": {"items": ["latte=2", "latte=3"], "image": "faces/a.jpg"}}),
        ("pay --hold --amount 3 --merchant kiosk", {"pay": {"amount": 3, "merchant": "kiosk", "hold": True}}),
        ("pay --policy strict", {"pay": {"policy": "strict"}}),
        ("pay --policy my.toml", {"pay": {"policy": "beside/my.toml"}}),
        ("wallet balance", {"wallet.balance": {}}),
        ("wallet deposit -- -lin 03", {"wallet.deposit": {"name": "-lin", "amount": "03"}}),
        ("audit checkpoint --out x", {"audit.checkpoint": {"out": "scratch/x"}}),
        ("audit --limit 3", {"audit": {"limit": "3"}}),
        ("pay --terminal ${x}", {"pay": {"terminal": "$${x}"}}),
    ],
)
def test_a_command_line_becomes_a_step(line: str, written: dict[str, Any]) -> None:
    """Arguments first, lists of one as the one, amounts exactly as typed, paths as the file will have them."""
    assert step(line) == written


@pytest.mark.parametrize(
    "line", ["shopp", "pay --imgae x", "pay --image", "wallet deposit lin", "wallet balance a b", "--version", "demo"]
)
def test_what_is_no_command_is_left_to_the_program(line: str) -> None:
    """It has something to say about slips of the finger; here are no second words for them."""
    with pytest.raises(NotTaken, match=r"^$"):
        step(line)


@pytest.mark.parametrize("option", ["--home", "--engine"])
def test_options_of_the_recording_are_refused(option: str) -> None:
    """A step in another home would not be there when the scenario is run."""
    with pytest.raises(NotTaken, match=option):
        step(f"pay {option}=x")


def test_options_that_change_what_is_seen_are_kept_apart() -> None:
    """They are for who types, and no part of the scenario."""
    typed = typed_line(["pay", "--json", "--image", "a.jpg"], forms())
    assert typed.looks == ("--json",) and typed.values == {"image": ["a.jpg"]}


@given(pins=st.lists(PINS, min_size=1, max_size=12))
def test_no_pin_is_written(pins: list[str]) -> None:
    """The same PIN has the same one in its place, another has another, of the same length."""
    own = recording()
    written = [step(f"accounts pin lin --pin {pin}", own)["accounts.pin"]["pin"] for pin in pins]
    assert [len(pin) for pin in written] == [len(pin) for pin in pins]
    assert len({*zip(pins, written, strict=True)}) == len(set(pins)) == len(own.hidden)
    assert [pins.index(pin) for pin in pins] == [written.index(other) for other in written]


@pytest.mark.parametrize("typed", ["12", "1" * 33, "secret"])
def test_what_is_no_pin_is_not_written_either(typed: str) -> None:
    """Somebody may have mistyped the PIN of a bank card. It stays something that is no PIN."""
    written = step(f"accounts pin lin --pin {typed}")["accounts.pin"]["pin"]
    assert typed not in written and not written.isdigit()


def test_ids_become_references() -> None:
    """An id of an earlier answer is kept there once, by a name for people, and referred to from then on."""
    own = recording()
    own.add(step("shop stamp --image a.jpg", own), {"data": {"order": {"id": ORDER}}}, {"exit": 0}, None)
    paid = step(f"pay {ORDER} --image b.jpg", own)
    assert paid == {"pay": {"order": "${order}", "image": "faces/b.jpg"}}
    answer = {"data": {"order": {"id": ORDER}, "payment": {"hold": {"id": PAYMENT}}, "name": "lin"}}
    own.add(paid, answer, {"exit": 0}, "Lin pays")
    assert step(f"wallet refund {PAYMENT} 3", own) == {"wallet.refund": {"payment": "${payment}", "amount": 3}}
    assert step(f"pay {ORDER}", own) == {"pay": {"order": "${order}"}}
    assert [one.get("capture") for one in own.steps] == [
        {"order": "data.order.id"}, {"payment": "data.payment.hold.id"},
    ]  # fmt: skip


def test_two_of_a_kind_have_two_names() -> None:
    """The second order is no other name for the first; names and short texts are left as they are."""
    own = recording()
    for order in (ORDER, "ord_ba9876543210"):
        own.add({"shop": {}}, {"data": {"order": {"id": order}, "name": "lin"}}, {}, None)
    assert step(f"pay {ORDER}", own)["pay"]["order"] == "${order}"
    assert step("pay ord_ba9876543210", own)["pay"]["order"] == "${order_2}"
    assert step("wallet balance lin", own) == {"wallet.balance": {"name": "lin"}}


@pytest.mark.parametrize("text", ["yes", "1e3", "0x10", "3:00", "- a", "# b", "null", "a: b", "ä", "'", '"', "\\", "~"])
def test_the_file_says_what_was_typed(text: str) -> None:
    """Whatever YAML would take for something else is quoted: the loader and others read the same text."""
    own = Recording(text, lambda _, typed: typed, ".")
    own.add({"wallet.deposit": {"name": text, "amount": 3}}, {}, {"exit": 2}, text)
    written = own.text()
    assert yaml.safe_load(written)["steps"][0]["wallet.deposit"]["name"] == text
    (scenario,), problems = loaded(a=written)
    assert not problems
    assert scenario.name == text and scenario.steps[0].title == text
    assert scenario.steps[0].calls[0].values["name"] == text


def test_long_steps_are_written_on_several_lines() -> None:
    """Lines stay as short as people like them, and mean the same."""
    own = recording()
    pictures = [f"sample_faces/lin/clip/{number:03d}.jpg" for number in range(4)]
    own.add({"pay": {"image": pictures, "merchant": "kiosk", "amount": 3}}, {}, {"exit": 0}, None)
    assert max(map(len, own.text().splitlines())) <= 140
    assert yaml.safe_load(own.text())["steps"][0]["pay"]["image"] == pictures


def test_a_note_says_that_pins_are_others() -> None:
    """So that nobody wonders why the recorded PIN is not theirs."""
    own = recording()
    own.add(step("accounts pin lin --pin 2468", own), {}, {"exit": 0}, None)
    assert own.text().startswith("# PINs are not the ones that were typed.\nname: a story\n")
    assert "2468" not in own.text()


def test_paths_are_told_what_they_are_relative_to() -> None:
    """Pictures from the working folder, policies from beside the file, what is written from the throwaway folder."""
    seen: list[tuple[Within, str]] = []
    own = Recording("a", lambda within, text: seen.append((within, text)) or text, ".")  # type: ignore[func-returns-value]
    step("pay --image a.jpg --pad-model m.onnx", own)
    step("audit export --out o", own)
    assert seen == [(Within.BESIDE, "m.onnx"), (Within.FACES, "a.jpg"), (Within.SCRATCH, "o")]
