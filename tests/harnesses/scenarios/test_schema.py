"""The JSON Schema that editors use is that of the models and the commands, and takes what the loader takes."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from smilepay_cli.commands.app import build
from smilepay_cli.commands.scenario_forms import GROUPS, NOT_IN_FILES, PLACES, forms
from smilepay_cli.harnesses.scenarios.nodes import as_value
from smilepay_cli.harnesses.scenarios.played import OUTCOMES, row_of
from smilepay_cli.harnesses.scenarios.reading import documents
from smilepay_cli.harnesses.scenarios.schema import text
from tests.fakes.scenarios import failed, loaded, played

WHOLE = """\
name: x
why: y
tags: a
seed: ${matrix.seed}
clock: {start: 2015-03-15T10:00:00Z, step: 30s}
policy: {extends: standard, pin_above: 50}
catalogue: {currency: EUR, sellers: {kiosk: Kiosk}, items: [{id: a, title: A, seller: kiosk, price: 3.10}]}
matrix: {seed: [1, 2], at: [begin, commit]}
accounts: {lin: {image: [lin/1.jpg], deposit: 3.10}}
xfail: because
steps:
  - shop: {items: {a: 1}, image: lin/3.jpg}
    capture: {order: data.order.id}
  - shop: {items: [a], image: lin/3.jpg, account: lin}
  - pay: {order: "${order}", image: lin/5.jpg, key: k, hold: true, policy: demo}
    expect: {exit: 0, reason: null, json: {data.a: {gt: 1}, data.b: [1], data.c: null}, balances: {lin: 3.10}}
    retry: {times: 3, until: {exit: 0}, advance: 1m}
    title: t
    id: i
  - advance: 10m
  - parallel: [{pay: {image: lin/5.jpg}}, {wallet.deposit: {name: lin, amount: 3}}]
    expect: {exits: [0, 20], events: 2}
  - kill: {during: {pay: {image: lin/5.jpg}}, at: "${matrix.at}"}
  - tamper: {sql: SELECT 1}
  - fault: {check: smile}
  - audit.verify:
    expect: {exit: 31, outcome: error, message: {contains: x}, wallet: whole}
  - audit.list: {limit: 3, outcome: done}
  - shop.catalogue: {text: x}
"""


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files("smilepay_cli").joinpath(f"schemas/{name}").read_text(encoding="utf-8"))
    return found


def test_the_published_schema_is_that_of_the_program() -> None:
    """After a new option or key: make docs."""
    published = files("smilepay_cli").joinpath("schemas/scenario.json").read_text(encoding="utf-8")
    assert published == text(forms()), "run: make docs"
    jsonschema.Draft202012Validator.check_schema(json.loads(published))


def test_it_takes_what_the_loader_takes() -> None:
    """A scenario with everything in it."""
    assert loaded(a=WHOLE)[1] == []
    (node,) = documents(WHOLE.encode())
    jsonschema.Draft202012Validator(schema("scenario.json")).validate(as_value(node))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("name: x\n", ""),
        ("seed: ${matrix.seed}", "seed: many"),
        ("step: 30s", "step: 30"),
        ("lin/1.jpg]", "lin/1.jpg], imgae: x"),
        ("hold: true", "hold: often"),
        ("times: 3", "tims: 3"),
        ("json: {", "jsn: {"),
        ("- advance: 10m", "- advance: soon"),
        ("- audit.verify:", "- audit.verfy:"),
        ("outcome: done", "outcome: dun"),
        ("- tamper: {sql: SELECT 1}", "- {tamper: {sql: a}, advance: 1m}"),
    ],
)
def test_it_refuses_what_the_loader_refuses(before: str, after: str) -> None:
    """An editor underlines it before anything is run."""
    assert before in WHOLE
    wrong = WHOLE.replace(before, after, 1)
    (node,) = documents(wrong.encode())
    assert not jsonschema.Draft202012Validator(schema("scenario.json")).is_valid(as_value(node))
    assert loaded(a=wrong)[1]


def test_every_path_is_relative_to_something() -> None:
    """A new option that takes a file needs a place: else it would lead to wherever the program is started."""
    commands: list[Any] = [build().commands[name] for name in GROUPS]
    while commands:
        command = commands.pop()
        commands += dict(getattr(command, "commands", {})).values()
        for parameter in command.params:
            if re.search("FILE|DIR|SOURCE", parameter.metavar or ""):
                assert parameter.name in {*PLACES, *NOT_IN_FILES, "policy"}, f"{command.name}: {parameter.name}"
    assert {form.words[0] for form in forms().values()} == set(GROUPS)
    assert not any(set(form.keys) & NOT_IN_FILES for form in forms().values())


def test_results_are_as_their_schema_says() -> None:
    """Whatever a scenario came to."""
    rules = jsonschema.Draft202012Validator(schema("scenario-result.json"))
    for one in (
        played(),
        failed(),
        played(outcome="xfailed", xfail="so"),
        played(combination={"image": "a", "n": [1]}),
    ):
        rules.validate(json.loads(json.dumps(row_of(one))))
    assert schema("scenario-result.json")["properties"]["outcome"]["enum"] == list(OUTCOMES)
