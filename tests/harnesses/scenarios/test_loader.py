"""Everything wrong with a file is found before anything runs, each with its line, step and a way out."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from smilepay_cli.harnesses.scenarios.scenario import Kind, Written
from tests.fakes.scenarios import loaded

HEAD = "name: x\naccounts: {lin: {image: lin/1.jpg}}\nsteps:\n"
"""Three lines before the first step."""


def problems(steps: str, head: str = HEAD) -> list[str]:
    return loaded(a=head + steps)[1]


def test_a_scenario_is_what_stands_there() -> None:
    """Clock, seed, accounts, options with aliases, amounts to the last digit, and lines."""
    (one,), wrong = loaded(
        a="""\
name: A retry
why: It matters.
tags: [a, b]
seed: 7
clock: {start: "2015-03-15T10:00:00+01:00", step: 30s}
policy: {extends: standard, pin_above: 50}
accounts:
  lin: {image: [lin/1.jpg, lin/2.jpg], deposit: 3.10, pin: 0123}
steps:
  - shop: {items: {latte: 2, tea: 1}, image: lin/3.jpg}
    capture: {order: data.order.id}
  - pay: {order: "${order}", hold: true, key: no, image: lin/5.jpg}
    title: The first try
  - advance: 10m
"""
    )
    assert wrong == []
    assert (one.name, one.seed, one.tags, one.place.line) == ("A retry", 7, ("a", "b"), 1)
    assert (one.start, one.step) == (datetime(2015, 3, 15, 9, tzinfo=UTC), timedelta(seconds=30))
    assert one.policy == Written("policy.toml", 'extends = "standard"\npin_above = 50\n')
    (lin,) = one.accounts
    assert lin.call.values == {"name": "lin", "image": ("lin/1.jpg", "lin/2.jpg"), "deposit": "3.10", "pin": "0123"}
    shop, pay, advance = one.steps
    assert shop.calls[0].values == {"picks": ("latte=2", "tea=1"), "image": ("lin/3.jpg",)}
    assert pay.calls[0].values["idempotency_key"] == "no" and pay.calls[0].values["hold"] is True
    assert (pay.place.line, pay.described, advance.span) == (12, "pay: The first try", timedelta(minutes=10))
    assert [step.kind for step in one.steps] == [Kind.CALL, Kind.CALL, Kind.ADVANCE]


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("- pay: {imgae: lin/5.jpg}", "step 1 (pay): unknown key 'imgae'; did you mean 'image'?"),
        ("- pya: {}", "step 1 (pya): there is no command 'pya'; did you mean 'pay'?"),
        ("- pay: {image: lin/9.jpg}", "step 1 (pay): image: there is no 'lin/9.jpg'"),
        ("- pay: {hold: yes}", "step 1 (pay): hold needs true or false, not 'yes'"),
        ("- pay: {image: []}", "step 1 (pay): image is an empty list"),
        ("- pay: {amount: {a: 1}}", "step 1 (pay): amount needs a text, not a mapping"),
        ("- pay: {key: a, idempotency_key: b}", "idempotency_key is given twice"),
        ("- pay: {policy: standrad}", "there is no policy 'standrad'; did you mean 'standard'?"),
        ("- pay: {policy: {pin_abov: 1}}", "policy: unknown key 'pin_abov'"),
        ("- pay: {home: /tmp}", "unknown key 'home'"),
        ("- pay: {camera: 0}", "camera: a scenario plays files"),
        ("- pay: {camera: lin/clip/x%03d.jpg}", "camera: no picture is called like"),
        ("- pay: {image: '-'}", "image: a scenario has no standard input"),
        ("- wallet.refund: {}", "step 1 (wallet.refund): the key 'payment' is missing; add payment: a payment's id"),
        ("- wallet.backup: {file: ../x}", "file: '../x' is outside of the throwaway home"),
        ("- audit.list: {limit: many}", "limit needs a whole number, not 'many'"),
        ("- audit.export: {format: cvs}", "format: there is no 'cvs'; did you mean 'csv'?"),
        ("- shop: {items: {latte: two}}", "'latte': how many is a whole number"),
        ("- shop.catalogue: {text: 'x = 1'}", ""),
        ("- shop.catalogue: {file: nope.toml}", "there is no 'nope.toml'"),
        ("- advance: 10", "step 1 (advance): needs a time span such as 30s, 10m, 2h or 1d, not '10'"),
        ("- parallel: [{pay: {}}]", "needs a list of commands; from two to 16"),
        ("- parallel: [{pay: {}, expect: {exit: 0}}, {pay: {}}]", "what is expected stands beside"),
        ("- parallel: [{pay: {}}, {pay: {}}]\n  expect: {exit: 0}", "a race has exits: [0, 20]"),
        ("- parallel: [{pay: {}}, {pay: {}}]\n  expect: {exits: [0]}", "1 exits of 2 commands"),
        ("- pay: {}\n  expect: {exits: [0]}", "expect.exits does not go with pay"),
        ("- kill: {during: {pay: {}}, at: comit}", "at: needs one of"),
        ("- kill: {during: {pay: {}}}\n  expect: {exit: 0}", "expect.exit does not go with kill"),
        ("- kill: {during: {pay: {}}}\n  capture: {a: b}", "capture does not go with kill"),
        ("- tamper: {}", "step 1 (tamper): the key 'sql' is missing"),
        ("- fault: {check: smile}", "no command comes right after fault"),
        ("- pay: {}\n  expect: {exit: zero}", "expect.exit: needs a whole number, not 'zero'"),
        ("- pay: {}\n  expect: {reson: x}", "unknown key 'reson'; did you mean 'reason'?"),
        ("- pay: {}\n  expect: {outcome: dun}", "expect.outcome: needs one of 'done', 'refused', 'error'"),
        ("- pay: {}\n  expect: {json: {'data.[': 1}}", "is no JMESPath"),
        (
            "- pay: {}\n  expect: {json: {a: no}}",
            "'no' is a text to some and something else to others; put it in quotes",
        ),
        ("- pay: {}\n  expect: {json: {a: 3:00}}", "put it in quotes"),
        ("- pay: {}\n  expect: {json: {a: 010}}", "put it in quotes"),
        ("- pay: {}\n  expect: {json: {a: {matches: '('}}}", "is no regular expression"),
        ("- pay: {}\n  expect: {balances: {lin: much}}", "needs an amount such as 3 or 3.50, not 'much'"),
        ("- pay: {}\n  capture: {9x: a}", "'9x' is no name for ${...}"),
        ("- pay: {}\n  retry: {times: 0}", "times needs a number from 1 to 1000"),
        ("- pay: {order: '${ordr}'}", "${ordr} is not known here"),
        ("- pay: {order: '${matrix.x}'}", "the matrix has no such key"),
        ("- pay: {order: '${}'}", "refers to nothing"),
        ("- pay: {}\n  shop: {}", "two commands, pay and shop"),
        ("- expect: {exit: 0}", "step 1: no command in it"),
        ("- hello", "step 1: a step is a mapping, not a text"),
    ],
    ids=str,
)
def test_what_is_wrong_with_a_step_is_told_with_its_line(step: str, told: str) -> None:
    """File, line, number and name of the step, what it is, and what is meant or needed."""
    indented = "".join(f"  {line}\n" for line in step.split("\n"))
    found = problems(indented)
    if not told:
        assert found == []
        return
    assert any(told in line for line in found), found
    assert all(line.startswith(("a:4: ", "a:5: ")) for line in found), found


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("", 1, "no scenario in it"),
        ("- a\n", 1, "a scenario is a mapping, not a list"),
        ("steps: [{audit.verify: }]\n", 1, "the key 'name' is missing"),
        ("name: x\n", 1, "the key 'steps' is missing"),
        ("name: x\nsteps: []\n", 2, "no steps; a scenario that does nothing shows nothing"),
        ("name: x\nsteps: {a: 1}\n", 2, "steps: needs a list"),
        ("name: x\nnme: y\nsteps: [{audit.verify: }]\n", 2, "unknown key 'nme'; did you mean 'name'?"),
        ("name: x\nseed: 010\nsteps: [{audit.verify: }]\n", 2, "seed: needs a whole number, not '010'"),
        ("name: x\nclock: 10:00\nsteps: [{audit.verify: }]\n", 2, "needs a moment such as"),
        ("name: x\nclock: 2015-03-15T10:00:00\nsteps: [{audit.verify: }]\n", 2, "needs a time zone"),
        ("name: x\nfaces: nowhere\nsteps: [{audit.verify: }]\n", 2, "there is no folder 'nowhere'"),
        ("name: x\ncatalogue: {currency: EURO}\nsteps: [{audit.verify: }]\n", 2, "is no ISO 4217 currency code"),
        ("name: x\naccounts: {lin: {deposit: 1}}\nsteps: [{audit.verify: }]\n", 2, "it needs an image or a camera"),
        ("name: x\naccounts: {lin: lin/1.jpg}\nsteps: [{audit.verify: }]\n", 2, "account 'lin' needs an image"),
        ("name: x\nxfail:\nsteps: [{audit.verify: }]\n---\nname: x\nsteps: [{pay: }]\n", 5, "another scenario of this"),
        ("name: x\nmatrix: {i: [1]}\nsteps: [{audit.verify: }]\n", 2, "matrix.i is used nowhere"),
        ("name: x\nmatrix: {i: 1}\nsteps: [{pay: {amount: '${matrix.i}'}}]\n", 2, "matrix.i needs a list"),
        ("name: x\ninclude: gone\nsteps: [{audit.verify: }]\n", 2, "include: gone: no such file"),
        ("name: x\ninclude: a\nsteps: [{audit.verify: }]\n", 2, "a circle: a includes a"),
    ],
    ids=str,
)
def test_what_is_wrong_with_a_scenario_is_told_with_its_line(text: str, line: int, told: str) -> None:
    """Of the file as a whole, too."""
    found = loaded(a=text)[1]
    assert any(one.startswith(f"a:{line}: ") and told in one for one in found), found


def test_all_of_it_is_told_at_once_in_order() -> None:
    """Ten mistakes are ten lines, not ten runs."""
    found = problems(
        "  - pay: {imgae: x}\n  - wallet.balanse: {}\n  - pay: {image: lin/9.jpg}\n    expect: {reson: x}\n"
    )
    assert [line.partition(": ")[0] for line in found] == ["a:4", "a:5", "a:6", "a:7"]


def test_a_reference_is_told_beside_everything_else() -> None:
    """A step with something else wrong hides no other; what it would have kept is known."""
    steps = "  - pay: {imgae: x}\n    capture: {a: b}\n  - pay: {order: '${a} ${b} ${pay.x}'}\n"
    assert problems(steps) == [
        "a:4: step 1 (pay): unknown key 'imgae'; did you mean 'image'?",
        "a:6: step 2 (pay): ${b} is not known here; no earlier step keeps it: capture: {name: JMESPATH}, or give that"
        " step an id",
    ]


def test_included_steps_come_first_with_their_own_places() -> None:
    """Accounts and captures of a common beginning; what is wrong there is told there, once."""
    common = "accounts: {lin: {image: lin/1.jpg}}\nsteps:\n  - shop: {items: [latte], image: lin/3.jpg}\n"
    common += "    capture: {order: x}\n"
    text = "name: x\ninclude: [b]\nsteps:\n  - pay: {order: '${order}'}\n"
    (one,), wrong = loaded(a=text, b=common)
    assert wrong == []
    assert [str(step.place) for step in one.steps] == ["b:3", "a:4"]
    assert [str(account.place) for account in one.accounts] == ["b:1"]
    twice = f"{text}---\n{text.replace('name: x', 'name: y')}"
    assert loaded(a=twice, b=common.replace("items", "itms"))[1] == [
        "b:3: step 1 (shop): unknown key 'itms'; did you mean 'items'?"
    ]


def test_includes_that_multiply_are_stopped_where_they_do() -> None:
    """Three documents that each include the next file: three times as many steps with each, and no end of memory."""
    text = "\n---\n".join(["include: {next}\nsteps: [{{audit.verify: }}]"] * 3)
    files = {f"b{number}": text.format(next=f"b{number + 1}") for number in range(20)}
    begun = time.process_time()
    _, wrong = loaded(a="name: x\ninclude: b0\nsteps: [{audit.verify: }]\n", b20="steps: [{audit.verify: }]\n", **files)
    assert wrong and all("more than 5,000 steps, with those of included files" in line for line in wrong)
    assert time.process_time() - begun < 60, "it grew beyond all bounds before that"


def test_a_circle_of_includes_is_named() -> None:
    """Over three files."""
    files = {name: f"include: {other}\nsteps: [{{audit.verify: }}]\n" for name, other in (("b", "c"), ("c", "a"))}
    assert loaded(a="name: x\ninclude: b\nsteps: [{audit.verify: }]\n", **files)[1] == [
        "c:1: a circle: a includes b includes c includes a; take one of them out"
    ]


def test_a_matrix_makes_a_scenario_of_each_combination() -> None:
    """Values keep their types, what is left out is left out, and the names tell them apart."""
    text = """\
name: x
matrix:
  image: [lin/4.jpg, lin/6.jpg]
  policy: [demo, {extends: standard, payment_max: 1}]
  exclude: [{image: lin/6.jpg, policy: demo}]
policy: ${matrix.policy}
steps:
  - pay: {image: "${matrix.image}"}
"""
    found, wrong = loaded(a=text)
    assert wrong == []
    assert [one.name for one in found] == [
        "x [image=lin/4.jpg, policy=demo]",
        'x [image=lin/4.jpg, policy={"extends": "standard", "payment_max": 1}]',
        'x [image=lin/6.jpg, policy={"extends": "standard", "payment_max": 1}]',
    ]
    assert found[0].policy == "demo" and isinstance(found[1].policy, Written)
    assert found[2].steps[0].calls[0].values["image"] == ("lin/6.jpg",)
    assert loaded(a=text.replace("lin/6.jpg]", "lin/66.jpg]").replace("[{image: lin/6.jpg, policy: demo}]", "[]"))[
        1
    ] == ["a:8: step 1 (pay): image: there is no 'lin/66.jpg'; did you mean 'lin/6.jpg'?"]


def test_ten_thousand_scenarios_are_checked_in_seconds() -> None:
    """On one core, with every path and option looked at."""
    text = "".join(
        f"name: n{n}\naccounts: {{lin: {{image: lin/1.jpg}}}}\nsteps:\n  - pay: {{image: lin/5.jpg}}\n---\n"
        for n in range(10_000)
    )
    begun = time.perf_counter()
    found, wrong = loaded(a=text)
    assert len(found) == 10_000 and wrong == []
    assert time.perf_counter() - begun < 20
