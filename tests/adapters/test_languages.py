"""Which language the environment asks for, and how it writes amounts and dates."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from smilepay_cli.adapters.languages import FOLDER, language_for
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import PLAIN

AT = datetime(2015, 3, 15, 17, 1, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("variables", "tag"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "POSIX"}, "en"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_CN.GB18030@stroke"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "de_DE.UTF-8"}, "de_DE"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "SMILEPAY_LANG": "en"}, "en"),
        ({"LANG": "C", "SMILEPAY_LANG": "zh"}, "zh"),
        ({"SMILEPAY_LANG": "zh-CN"}, "zh_CN"),
        ({"LANG": "no such locale"}, "en"),
        ({"LANG": "xx_YY.UTF-8"}, "en"),
        ({"LANG": "../../etc/passwd"}, "en"),
    ],
)
def test_which_language(variables: dict[str, str], tag: str) -> None:
    """Ours first, then as POSIX has it; a locale that nobody knows is no reason to say nothing."""
    assert language_for(variables).locale == tag


@pytest.mark.parametrize(
    ("locale", "texts"),
    [("zh", "zh_CN"), ("zh_CN.UTF-8", "zh_CN"), ("zh-Hans-CN", "zh_CN"), ("zh_cn", "zh_CN"), ("zh_SG", "zh_CN"),
     ("zh_Hans_HK", "zh_CN"), ("zh_TW", "en"), ("zh-Hant", "en"), ("zh_HK", "en"), ("de_DE", "en"), ("ja_JP", "en")],
)  # fmt: skip
def test_whose_texts(locale: str, texts: str) -> None:
    """Simplified Chinese by every name that it has; readers of traditional characters get English."""
    assert language_for({"SMILEPAY_LANG": locale}).tag == texts


@pytest.mark.parametrize("wanted", ["klingon", "xx", "../zh_CN", "\udcff", "zh_CN/../.."])
def test_a_language_that_is_asked_for_and_unknown(wanted: str) -> None:
    """By our own variable: then somebody wanted it."""
    with pytest.raises(UsageProblem, match="SMILEPAY_LANG") as problem:
        language_for({"SMILEPAY_LANG": wanted})
    assert problem.value.hint and "zh" in problem.value.hint


@pytest.mark.parametrize(
    ("locale", "amount", "moment", "short", "number"),
    [
        ("de_DE", "1.234.567,50 EUR", "15.3.2015, 17:01:20", "15.3., 17:01:20", "12.345"),
        ("zh_CN", "1,234,567.50 EUR", "2015/3/15 17:01:20", "3/15 17:01:20", "12,345"),
        ("hi_IN", "12,34,567.50 EUR", "15/3/2015, 17:01:20", "15/3, 17:01:20", "12,345"),
        ("fr_FR", "1\u202f234\u202f567,50 EUR", "15/03/2015 17:01:20", "15/03 17:01:20", "12\u202f345"),
    ],
)
def test_numbers_and_dates_of_a_locale(locale: str, amount: str, moment: str, short: str, number: str) -> None:
    """Digits in its groups, the currency by its code, the day in its order, and always 24 hours."""
    language = language_for({"LANG": f"{locale}.UTF-8"})
    assert language.amount and language.moment and language.short_moment and language.number
    assert language.amount(Decimal("1234567.50"), "EUR", False) == amount
    assert (language.moment(AT), language.short_moment(AT), language.number(12345)) == (moment, short, number)


@pytest.mark.parametrize(
    ("decimal", "currency", "sign", "told"),
    [("7", "JPY", False, "7 JPY"), ("0.005", "EUR", False, "0,005 EUR"), ("5", "KWD", True, "+5,000 KWD"),
     ("-5", "EUR", True, "-5,00 EUR"), ("0", "EUR", True, "0,00 EUR")],
)  # fmt: skip
def test_an_amount_has_the_decimals_of_its_currency(decimal: str, currency: str, sign: bool, told: str) -> None:
    """And all that a limit of a policy has; never rounded."""
    language = language_for({"LANG": "de_DE.UTF-8"})
    assert language.amount and language.amount(Decimal(decimal), currency, sign) == told


def test_nothing_of_a_moment_turns_letters_around() -> None:
    """Marks for the direction of writing would be printed as boxes, or hide what stands there."""
    language = language_for({"LANG": "ar_EG.UTF-8"})
    assert language.moment and language.moment(AT).isprintable()


def test_english_reads_no_catalogue() -> None:
    """A look at the balance takes forty milliseconds; Babel and gettext would add as many."""
    code = (
        "import sys; from smilepay_cli.adapters.languages import language_for;"
        "language_for({'LANG': 'en_US.UTF-8'}); print({'babel', 'gettext'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
    assert language_for({"LANG": "en_US.UTF-8"}) is PLAIN


def test_each_catalogue_is_somebodys() -> None:
    """In the package, compiled, and taken for its own name."""
    folders = sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir())
    assert folders
    for name in folders:
        assert (FOLDER / name / "LC_MESSAGES" / "smilepay.mo").stat().st_size > 100
        assert language_for({"SMILEPAY_LANG": name}).tag == name
