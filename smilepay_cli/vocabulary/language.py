"""The language that people are spoken to in.

What people read is written in English where it is said, and marked:

    tr("hello {name}, order {order} is open", name=name, order=order.id)
    trn(count, "{count} reference", "{count} references")

`commands/app.py` picks the language of a run (adapters/languages.py), and it holds until the run ends, in its thread
and in those that do its checks. Everywhere else - in a worker, in a test, for `--json` - it is PLAIN: English, points
in amounts, ISO 8601. So nothing that is stored or read by a program ever depends on somebody's locale; a test holds
events, envelopes and results of replays to that.

English is in the code and no key is, so that a message can be found by what it says. `tools/messages.py` collects the
marked texts and says which have no translation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """Texts, amounts and moments as somebody reads them. A formatter that is None leaves the plain form."""

    tag: str
    """Of the texts: `en`, `zh_CN`."""
    text: Callable[[str], str]
    """The text in this language; as it is where there is no translation."""
    plural: Callable[[str, str, int], str]
    """Of the two texts for one and for many, what this language has for that many."""
    amount: Callable[[Decimal, str, bool], str] | None = None
    """Major units, currency, whether gains get a sign."""
    moment: Callable[[datetime], str] | None = None
    """Day and time to the second, as they are where the reader is."""
    short_moment: Callable[[datetime], str] | None = None
    """The same without the year."""
    number: Callable[[int], str] | None = None
    """A count."""
    locale: str = "en"
    """Whose numbers and dates they are: that of the texts, or one that has no texts of its own, such as `de_DE`."""


def _one_or_many(one: str, many: str, count: int) -> str:
    return one if count == 1 else many


PLAIN = Language("en", str, _one_or_many)
"""What programs read, and people who did not ask for anything else."""

_spoken: ContextVar[Language] = ContextVar("language", default=PLAIN)


def current() -> Language:
    """The language of this run."""
    return _spoken.get()


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """While it lasts, people are spoken to in this language."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def tr(text: str, /, **values: Any) -> str:
    """A text in the language of this run, with values in its places. Amounts are told as the language has them."""
    language = _spoken.get()
    told = language.text(text)
    return told.format_map(_told(language, values)) if values else told


def trn(count: int, one: str, many: str, /, **values: Any) -> str:
    """A text that depends on a number of things; `{count}` in it is the number, as the language writes it."""
    language = _spoken.get()
    number = language.number(count) if language.number else f"{count:,}"
    return language.plural(one, many, count).format_map({"count": number, **_told(language, values)})


def marked(text: str) -> str:
    """A text that is kept as it is and translated where it is said: `tr(kept)`. For constants."""
    return text


def _told(language: Language, values: Mapping[str, Any]) -> dict[str, Any]:
    if language.amount is None:
        return dict(values)
    return {name: _amount(language, value) for name, value in values.items()}


def _amount(language: Language, value: Any) -> Any:
    """What has a decimal and a currency is Money, whose module is not imported: its errors are told here."""
    if language.amount is not None and hasattr(value, "decimal") and hasattr(value, "currency"):
        return language.amount(value.decimal, value.currency, False)
    return value
