"""What somebody types becomes a scenario: command lines as steps, and what came of each as what is expected of it.

A step is written as it will be read again, and run as it is written, so that the recording and its replay cannot
differ. Two things are never written as they were typed. A PIN becomes another one of the same form, the same each time;
and what an earlier answer gave, such as an order's id, becomes a reference to that answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from smilepay_cli.harnesses.scenarios.forms import Form, Forms, Key, Within
from smilepay_cli.harnesses.scenarios.played import Played
from smilepay_cli.rules.limits import LONGEST_PIN, SHORTEST_PIN
from smilepay_cli.vocabulary.errors import ExpectationFailed
from smilepay_cli.vocabulary.results import Refusal, Result

OUTSIDE = frozenset({"--home", "--engine"})
"""Options that the recording itself has."""
LOOKS = frozenset({"--json", "--quiet", "--no-color"})
"""Options that change what is seen, and nothing that comes of it."""
_PIN = re.compile(rf"[0-9]{{{SHORTEST_PIN},{LONGEST_PIN}}}")
_ID = re.compile(r"(ord|pay|evt|acc|txn)_[0-9a-z]{12}")
_KINDS = {"ord": "order", "pay": "payment", "evt": "event", "acc": "account", "txn": "transaction"}
_LONG = 16
"""Letters from which on a text of an answer is known again, as a fingerprint is."""
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WHOLE = re.compile(r"0|[1-9][0-9]{0,8}")


class NotTaken(Exception):
    """A command line that is no step; why, in words. Empty where the program itself has something to say about it."""


@dataclass(frozen=True, kw_only=True)
class RecordResult(Result):
    """A session that became a scenario. A refusal (30) where it does not pass when it is played again."""

    is_report: ClassVar[bool] = True

    file: str
    name: str
    steps: int
    left_out: int
    """Lines that were no steps."""
    hidden_pins: int
    """That have others in their place."""
    played: Played = field(metadata={"private": True})

    @property
    def outcome(self) -> str:
        """`done` or `failed`."""
        return "failed" if self.refusal else "done"


def recorded_result(file: str, recording: Recording, left_out: int, played: Played) -> RecordResult:
    """What the session came to."""
    refusal = None
    if not played.is_good:
        refusal = Refusal.of(ExpectationFailed(f"{file} does not pass when it is played again"))
    return RecordResult(
        refusal=refusal,
        file=file,
        name=recording.name,
        steps=len(recording.steps),
        left_out=left_out,
        hidden_pins=len(recording.hidden),
        played=played,
    )


@dataclass(frozen=True, slots=True)
class Typed:
    """A command line, taken apart."""

    form: Form
    values: Mapping[str, Any]
    """Texts, lists of texts, or true."""
    looks: tuple[str, ...] = ()
    """Options that change what is seen only."""


@dataclass
class Recording:
    """Steps, as they are written."""

    name: str
    relative: Callable[[Within, str], str]
    """A path as it was typed, as the scenario has it. Raises NotTaken."""
    faces: str
    policy: str | None = None
    why: str = "Recorded from what somebody typed."
    steps: list[dict[str, Any]] = field(default_factory=list)
    answers: list[Mapping[str, Any]] = field(default_factory=list)
    """The envelope of each step."""
    hidden: dict[str, str] = field(default_factory=dict)
    """PINs that were typed, and what stands for each."""

    def step_of(self, typed: Typed) -> dict[str, Any]:
        """The command of a step, without what is expected. Raises NotTaken."""
        keys = sorted(typed.form.keys.values(), key=lambda key: key.option is not None)  # arguments first
        values = {key.name: self._written(key, typed.values[key.name]) for key in keys if key.name in typed.values}
        if "picks" in values:
            values = {"items": _items(values.pop("picks")), **values}
        return {typed.form.name: values}

    def add(
        self, step: Mapping[str, Any], answer: Mapping[str, Any], expect: Mapping[str, Any], title: str | None
    ) -> None:
        """A step that was played, with what came of it."""
        told = {"title": title} if title else {}
        self.steps.append({**told, **step, **({"expect": dict(expect)} if expect else {})})
        self.answers.append(answer)

    def text(self, *more: Mapping[str, Any]) -> str:
        """The file: everything so far, and steps that are being tried."""
        from smilepay_cli.harnesses.scenarios.writing import document

        head: dict[str, Any] = {"name": self.name, "why": self.why, "tags": ["recorded"], "faces": self.faces}
        if self.policy:
            head["policy"] = self.policy
        note = "PINs are not the ones that were typed." if self.hidden else None
        return document(head, [*self.steps, *more], note)

    def _written(self, key: Key, value: Any) -> Any:
        if isinstance(value, list):
            written = [self._text(key, entry) for entry in value]
            return written[0] if len(written) == 1 and key.name != "picks" else written
        return value if value is True else self._text(key, value)

    def _text(self, key: Key, text: str) -> Any:
        if key.name == "pin":
            return self._stand_in(text)
        if "${" in text:
            return text.replace("${", "$${")
        if (reference := self._reference(text)) is not None:
            return reference
        if key.within is not None:
            return self.relative(key.within, text)
        if key.name == "policy" and text.endswith(".toml"):
            return self.relative(Within.BESIDE, text)
        return int(text) if _WHOLE.fullmatch(text) and key.name in ("amount", "deposit") else text

    def _stand_in(self, pin: str) -> str:
        """Another PIN of the same form; for what is no PIN, another text that is none."""
        if pin not in self.hidden:
            number = len(self.hidden) + 1
            self.hidden[pin] = f"{number:0{len(pin)}d}" if _PIN.fullmatch(pin) else f"no-pin-{number}"
        return self.hidden[pin]

    def _reference(self, text: str) -> str | None:
        """`${order}` for what an earlier answer gave, which keeps it from now on."""
        if not _ID.fullmatch(text) and len(text) < _LONG:
            return None
        for number, answer in enumerate(self.answers):
            paths = [path for path, value in _texts(answer) if value == text]
            if not paths:
                continue
            step = self.steps[number]
            path = min(paths, key=lambda one: (len(one), one))
            kept: dict[str, str] = step.setdefault("capture", {})
            name = next((name for name, known in kept.items() if known == path), None)
            if name is None:
                name = self._free_name(text, path)
                kept[name] = path
            return f"${{{name}}}"
        return None

    def _free_name(self, text: str, path: str) -> str:
        wanted = _KINDS[text[:3]] if _ID.fullmatch(text) else re.sub(r"[^A-Za-z0-9_]", "_", path.rpartition(".")[2])
        taken = {name for step in self.steps for name in step.get("capture", {})}
        names = (wanted if number == 1 else f"{wanted}_{number}" for number in range(1, len(taken) + 2))
        return next(name for name in names if name not in taken)


def typed_line(words: Sequence[str], forms: Forms) -> Typed:
    """The words of a command line as a command and its options. Raises NotTaken."""
    form, rest = _form(words, forms)
    by_option = {key.option: key for key in form.keys.values() if key.option}
    arguments = [key for key in form.keys.values() if key.option is None]
    values: dict[str, Any] = {}
    looks: list[str] = []
    free: list[str] = []
    words_left = list(rest)
    while words_left:
        word = words_left.pop(0)
        if word == "--":
            free += words_left
            break
        if not word.startswith("-") or word == "-":
            free.append(word)
            continue
        option, equals, value = word.partition("=")
        if option in OUTSIDE:
            raise NotTaken(f"{option} belongs to the recording, which has a home of its own")
        if option in LOOKS:
            looks.append(option)
        elif (key := by_option.get(option)) is None:
            raise NotTaken("")
        elif key.kind == "flag":
            values[key.name] = True
        else:
            if not equals and not words_left:
                raise NotTaken("")
            _put(values, key, value if equals else words_left.pop(0))
    _put_arguments(values, arguments, free)
    return Typed(form, values, tuple(looks))


def _form(words: Sequence[str], forms: Forms) -> tuple[Form, Sequence[str]]:
    for count in (2, 1):
        if len(words) >= count and (form := forms.get(".".join(words[:count]))) is not None:
            return form, words[count:]
    raise NotTaken("")


def _put(values: dict[str, Any], key: Key, value: str) -> None:
    if key.is_list:
        values.setdefault(key.name, []).append(value)
    else:
        values[key.name] = value


def _put_arguments(values: dict[str, Any], arguments: Sequence[Key], given: Sequence[str]) -> None:
    left = list(given)
    for key in arguments:
        if key.is_list:
            if left:
                values[key.name] = left
            return
        if left:
            values[key.name] = left.pop(0)
        elif key.required:
            raise NotTaken("")
    if left:
        raise NotTaken("")


def _items(picks: list[str]) -> list[str] | dict[str, int]:
    """`latte=2 tea` as a mapping, where every item is picked once and one of them several times."""
    pairs = [pick.partition("=") for pick in picks]
    names = [name for name, _, _ in pairs]
    whole = all(_WHOLE.fullmatch(count or "1") for _, _, count in pairs)
    if not whole or len(set(names)) < len(names) or not any(equals for _, equals, _ in pairs):
        return picks
    return {name: int(count or "1") for name, _, count in pairs}


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of an answer with the JMESPath to it."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            name = key if _PLAIN.fullmatch(key) else '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'
            yield from _texts(entry, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for number, entry in enumerate(value):
            yield from _texts(entry, f"{path}[{number}]")
