"""Languages: catalogues of translated texts, and numbers and dates by Babel.

The texts of `locale/LANGUAGE/LC_MESSAGES/smilepay.po` are read from the `.mo` beside it, with gettext of the standard
library; `tools/messages.py` makes both. Neither gettext nor Babel is loaded for English.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import PLAIN, Language, tr

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from babel import Locale

VARIABLE = "SMILEPAY_LANG"
_OF_THE_SYSTEM = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Later ones count where earlier ones are not set or empty, as everywhere (POSIX, XBD 8.2)."""
FOLDER = Path(__file__).parent.parent / "locale"
DOMAIN = "smilepay"
_PLAIN = {"", "C", "POSIX", "en", "en_US"}
"""Locales whose numbers are as we write them anyway. Dates are ISO 8601 there: 03/04 would leave room for doubt."""


def language_for(variables: Mapping[str, str]) -> Language:
    """The language that the environment asks for. Raises UsageProblem for SMILEPAY_LANG with no such language."""
    if wanted := variables.get(VARIABLE):
        tag = _tag(wanted)
        language = _language(tag) if tag else None
        if language is None:
            raise UsageProblem(
                tr("{variable} is {wanted!a}, which is no language", variable=VARIABLE, wanted=wanted),
                hint=tr("en and zh have all texts; others, such as de_DE, amounts and dates"),
            )
        return language
    system = next((value for name in _OF_THE_SYSTEM if (value := variables.get(name))), "")
    return _language(_tag(system)) or PLAIN


def _tag(locale: str) -> str:
    """`zh_CN` of `zh_CN.UTF-8@pinyin` and of `zh-CN`."""
    return locale.partition(".")[0].partition("@")[0].replace("-", "_")


@cache
def _language(tag: str) -> Language | None:
    if tag in _PLAIN:
        return PLAIN
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(tag)
    except (ValueError, UnknownLocaleError):
        return None
    numbers = _Numbers(locale)
    texts = PLAIN
    if catalogue := _catalogue_of(locale):
        texts = _translated(catalogue)
    return Language(
        tag=texts.tag,
        text=texts.text,
        plural=texts.plural,
        amount=numbers.amount,
        moment=numbers.moment,
        short_moment=numbers.short_moment,
        number=numbers.number,
        locale=tag,
    )


def _catalogue_of(locale: Locale) -> str | None:
    """Whose texts a locale has. Who reads traditional characters gets English."""
    is_simplified = locale.script == "Hans" or (locale.script is None and locale.territory not in ("TW", "HK", "MO"))
    return "zh_CN" if locale.language == "zh" and is_simplified else None


def _translated(catalogue: str) -> Language:
    from gettext import GNUTranslations

    with (FOLDER / catalogue / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
        texts = GNUTranslations(file)
    return Language(catalogue, lambda text: texts.gettext(text) if text else text, texts.ngettext)


class _Numbers:
    """Amounts, counts and moments of a locale."""

    def __init__(self, locale: Locale) -> None:
        self._locale = locale

    def amount(self, decimal: Decimal, currency: str, sign: bool) -> str:
        """Digits as the locale writes them, the currency's code behind: EUR is clear everywhere, $ is not."""
        from smilepay_cli.vocabulary.money import decimals

        places = decimals(decimal, currency)
        pattern = copy(self._locale.decimal_formats[None])
        pattern.frac_prec = (places, places)
        return f"{'+' if sign and decimal > 0 else ''}{pattern.apply(decimal, self._locale)} {currency}"

    def number(self, count: int) -> str:
        """A count, in the groups of the locale."""
        from babel.numbers import format_decimal

        return format_decimal(count, locale=self._locale)

    def moment(self, at: datetime) -> str:
        """Day and time to the second, local."""
        return self._skeleton("yMdHms", at)

    def short_moment(self, at: datetime) -> str:
        """The same without the year."""
        return self._skeleton("MdHms", at)

    def _skeleton(self, parts: str, at: datetime) -> str:
        """Date and time in the order of the locale (CLDR's skeletons), joined as it joins them."""
        from babel.dates import format_skeleton, format_time, get_datetime_format

        local = at.astimezone()
        date = format_skeleton(parts.removesuffix("Hms"), local, locale=self._locale)
        time = format_time(local, "HH:mm:ss", locale=self._locale)
        both = str(get_datetime_format("short", locale=self._locale)).replace("{0}", time).replace("{1}", date)
        return both.replace("\N{RIGHT-TO-LEFT MARK}", "")  # a terminal orders letters itself, or not at all
