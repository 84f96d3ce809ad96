"""A policy as a file."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.rules.calibration.policy_text import Numbers, plain, policy_text
from smilepay_cli.rules.policy_files import extend

HOSTILE = st.text(max_size=300)


@given(HOSTILE, st.lists(HOSTILE, max_size=4), st.integers(0, 2000), st.integers(0, 200))
def test_it_reads_back_as_the_numbers_whatever_is_noted(
    heading: str, notes: list[str], threshold: int, margin: int
) -> None:
    """A name with a line break in it must not become a key of the policy; the numbers are the very same floats."""
    numbers = Numbers(extends="strict", scheme="quartet", dissimilarity_max=threshold / 1000, margin=margin / 1000)
    text = policy_text(numbers, heading, notes)
    table = tomllib.loads(text)
    assert set(table) == {"extends", "scheme", "dissimilarity_max", "margin"}
    policy = extend(table, "kiosk.toml", "euclidean")
    assert (policy.scheme, policy.dissimilarity_max, policy.margin) == ("quartet", threshold / 1000, margin / 1000)
    assert policy.smile == "challenge"
    assert text.isascii() and max(map(len, text.splitlines())) <= 100


def test_numbers_are_written_as_people_write_them() -> None:
    assert [plain(number) for number in (0.34, 0.341, 0.03, 2.0, 0.0)] == ["0.34", "0.341", "0.03", "2.0", "0.0"]
