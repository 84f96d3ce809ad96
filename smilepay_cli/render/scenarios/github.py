"""Annotations of GitHub Actions: `::error file=F,line=N,title=T::message`, a line each."""

from __future__ import annotations

from collections.abc import Sequence

from smilepay_cli.harnesses.scenarios.played import RunResult
from smilepay_cli.harnesses.scenarios.scenario import Place
from smilepay_cli.render.replay.words import visible
from smilepay_cli.render.scenarios.words import failure_lines

MOST = 50
"""GitHub itself shows ten a step."""


def of_run(result: RunResult) -> list[str]:
    """One for each scenario that is not good, at the line that failed."""
    bad = [one for one in result.scenarios if not one.is_good][:MOST]
    return [
        annotation(one.failure.place if one.failure else one.place, one.name, "\n".join(failure_lines(one)))
        for one in bad
    ]


def of_problems(told: Sequence[tuple[Place, str]]) -> list[str]:
    """One for each problem of a file."""
    return [annotation(place, "scenario file", text) for place, text in told[:MOST]]


def annotation(place: Place, title: str, message: str) -> str:
    """One line. Whatever has a meaning there is escaped as the runner unescapes it."""
    told = "%0A".join(_data(visible(line)) for line in message.split("\n"))
    return f"::error file={_property(place.file)},line={place.line},title={_property(title)}::{told}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")
