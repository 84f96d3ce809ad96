"""The made parts of docs/scenarios.md: keys from the models, commands from the program, errors from the loader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.docs_parts import table

if TYPE_CHECKING:
    from pydantic import BaseModel

BAD = """\
name: A retry after a timeout
seed: 010
accounts:
  lin: {imgae: lin/1.jpg}
steps:
  - pay: {order: "${ordr}", image: lin/55.jpg, hold: yes}
    expect: {exit: 10, json: {data.name: no}}
  - wallet.balanse: {name: lin}
"""
"""A file with some of what goes wrong."""


def keys() -> str:
    """Of a scenario."""
    from smilepay_cli.harnesses.scenarios.models import ScenarioForm

    return _table(ScenarioForm)


def step_keys() -> str:
    """Beside the command of a step."""
    from smilepay_cli.harnesses.scenarios.models import StepForm

    return _table(StepForm)


def expect_keys() -> str:
    """Of `expect`."""
    from smilepay_cli.harnesses.scenarios.models import Expect

    return _table(Expect)


def matchers() -> str:
    """In place of a value."""
    from smilepay_cli.harnesses.scenarios.models import Matcher

    return _table(Matcher)


def retry_keys() -> str:
    """Of `retry`."""
    from smilepay_cli.harnesses.scenarios.models import Retry

    return _table(Retry)


def kill_points() -> str:
    """Where a process can be killed."""
    from smilepay_cli.harnesses.scenarios.models import KILL_POINTS

    return table(("at", "the process is gone"), ((f"`{point}`", told) for point, told in KILL_POINTS.items()))


def commands() -> str:
    """Every command with its keys."""
    from smilepay_cli.commands.scenario_forms import forms
    from smilepay_cli.harnesses.scenarios.forms import ALIASES

    shared = ("policy", "terminal")
    rows = []
    for form in forms().values():
        names = [next((a for a, name in ALIASES.items() if name == key), key) for key in form.keys if key not in shared]
        rows.append((f"`{form.name}`", ", ".join(f"`{name}`" for name in names), form.help))
    return table(("step", "keys", "what it does"), rows)


def outcomes() -> str:
    """What a scenario comes to."""
    from smilepay_cli.harnesses.scenarios.played import GOOD, OUTCOMES

    rows = ((f"`{name}`", told, "no" if name in GOOD else "yes: 30") for name, told in OUTCOMES.items())
    return table(("outcome", "what it means", "is a failure"), rows)


def limits() -> str:
    """What is too much."""
    from smilepay_cli.harnesses.scenarios.checking import LONGEST_SCENARIO
    from smilepay_cli.harnesses.scenarios.matrix import MOST_COMBINATIONS
    from smilepay_cli.harnesses.scenarios.reading import DEEPEST, LARGEST_FILE, MOST_VALUES
    from smilepay_cli.harnesses.scenarios.steps import MOST_AT_ONCE

    return (
        f"A file has at most {LARGEST_FILE // 2**20} MiB; a document {MOST_VALUES:,} values, aliases written out, and "
        f"{DEEPEST} levels; a scenario {LONGEST_SCENARIO:,} steps; a matrix {MOST_COMBINATIONS:,} combinations; a race "
        f"{MOST_AT_ONCE} commands.\n"
    )


def problems() -> str:
    """BAD, and what the loader says of it."""
    from tests.fakes.scenarios import loaded

    lines = [line.replace("a:", "retry.smile.yaml:", 1) for line in loaded(a=BAD)[1]]
    return f"```yaml\n{BAD}```\n\n```text\n" + "\n".join(lines) + "\n```\n"


def _table(model: type[BaseModel]) -> str:
    rows = (
        (
            f"`{field.alias or name}`",
            "yes" if field.is_required() else "",
            (field.description or "").replace("|", "\\|"),
        )
        for name, field in model.model_fields.items()
    )
    return table(("key", "needed", "what it says"), rows)
