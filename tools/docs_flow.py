"""The pictures of the architecture, drawn from the code: the way of a payment, and the layers.

The checks, their order and their modules come from the code and from the event of a payment that is made for it. What
is written here is how they are grouped, and which reasons each group can end with; a check or a reason that has no
place ends `make docs` until it is given one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING

from tools.docs_console import ROOT
from tools.docs_diagram import Drawing

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.errors import ExitStatus

VERBS = ROOT / "smilepay_cli" / "verbs"
OF_OTHER_VERBS = ("cash", "enroll", "payments", "rescore")
"""Modules with checks that no payment runs."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Checks that answer one question, and the reasons that they can end with."""

    question: str
    checks: tuple[str, ...]
    reasons: tuple[str, ...]


STAGES = (
    Stage(
        "Can this be a payment?",
        ("input", "policy_floor", "idempotency_key", "order_state", "payment_limit"),
        ("below_floor", "key_reused", "order_not_open", "over_payment_limit", "wrong_currency"),
    ),
    Stage("May anybody try now?", ("lockout",), ("locked_out",)),
    Stage(
        "Is there one face, well to be seen?",
        ("capture",),
        ("no_camera", "no_face", "several_faces", "face_too_small", "turned_away", "too_few_frames", "too_dark",
         "too_bright", "blurred", "mouth_covered"),
    ),
    Stage("Was this picture shown before?", ("replay",), ("used_before",)),
    Stage(
        "Whose face is it?",
        ("gallery", "slot", "one_person", "match"),
        ("locked_out", "several_people", "person_changed", "no_match", "ambiguous_match"),
    ),
    Stage(
        "Does it smile, and is it alive?",
        ("smile", "deny_cues", "pad_model"),
        ("smile_not_shown", "transition_not_shown", "challenge_not_shown", "frozen_feed", "border", "fine_pattern",
         "copied_frames", "flat_face", "pad_model_denied"),
    ),
    Stage("What else does it take?", ("kept_frames", "pin_asked"), ()),
)  # fmt: skip
"""Before the transaction, in order."""
SETTLING = Stage(
    "May this account pay, still?",
    ("replay_again", "order_owner", "newest_order", "currency", "daily_limit", "pin",
     "funds"),
    ("no_match", "used_before", "locked_out", "key_reused", "below_floor", "order_not_open", "no_open_order",
     "not_your_order", "wrong_currency", "over_payment_limit", "over_daily_limit", "pin_needed", "pin_wrong",
     "insufficient_funds"),
)  # fmt: skip
"""In the transaction; what was found before is looked at again in it."""
ELSEWHERE = frozenset(
    {
        "already_enrolled",
        "name_taken",
        "hold_not_open",
        "not_captured",
        "over_capture",
        "account_in_use",
        "check_failed",
    }
)
"""Reasons of other verbs; and what each check ends with when it breaks."""
_LEFT, _WIDTH, _RIGHT, _ALL, _ROW = 24, 560, 628, 880, 24.0


def flow_picture() -> str:
    """The way of a payment, from the top down; beside each stage how it can end otherwise."""
    from tools.docs_parts import payment_event

    ran = [str(check["name"]) for check in payment_event()["checks"]]
    modules = modules_of_checks()
    require_places(ran, modules)
    drawing, y = Drawing(_ALL), 24.0
    drawing.words(_LEFT, y + 14, "smilepay pay", bold=True, size=16)
    drawing.words(_RIGHT, y + 14, "or refused, which is an event too", dim=True)
    y += 34
    for stage in STAGES:
        y = _stage(drawing, y, stage, stage.checks, modules)
    again = ran[ran.index(_last_before(ran)) + 1 :]
    named = (*again, *(name for name in SETTLING.checks if name not in again))
    height = _height(SETTLING, named) + 104
    drawing.box(_LEFT - 10, y - 2, _WIDTH + 20, height, kind="strong")
    drawing.words(_LEFT, y + 20, "One transaction of the database: all of it, or nothing", bold=True)
    y = _stage(drawing, y + 30, SETTLING, named, modules)
    drawing.words(_LEFT, y + 16, "hold, capture, postings that sum to zero, and the audit event", bold=True)
    drawing.words(_LEFT, y + 35, "verbs/post.py, adapters/store/", dim=True, size=12)
    drawing.arrow(_LEFT + _WIDTH + 10, y + 16, _RIGHT - 4, y + 16)
    drawing.box(_RIGHT, y + 2, 226, 28, kind="done")
    drawing.words(_RIGHT + 12, y + 21, "0", bold=True)
    drawing.words(_RIGHT + 44, y + 21, "done")
    y += 68
    drawing.words(
        _LEFT, y, "A check that crashes is a refusal too: 1, check_failed. An input that cannot be used is 2.", dim=True
    )
    return drawing.svg(
        "The way of a payment: the checks in their order, and the exit statuses they can end with", y + 20
    )


def _stage(drawing: Drawing, y: float, stage: Stage, names: Iterable[str], modules: dict[str, str]) -> float:
    """One box with what can come of it; the top of the next one."""
    names = tuple(names)
    height, lines = _height(stage, names), _lines(names)
    drawing.box(_LEFT, y, _WIDTH, height)
    inside = y + (height - _text_height(names)) / 2
    drawing.words(_LEFT + 14, inside + 23, stage.question, bold=True, size=15)
    for number, line in enumerate(lines):
        drawing.code(_LEFT + 14, inside + 44 + 18 * number, line)
    files = sorted({f"verbs/{modules[name]}.py" for name in names})
    drawing.words(_LEFT + 14, inside + 44 + 18 * len(lines), ", ".join(files), dim=True, size=12)
    statuses = _statuses(stage)
    top = y + (height - _ROW * len(statuses) + 3) / 2
    if statuses:
        drawing.arrow(_LEFT + _WIDTH, y + height / 2, _RIGHT - 4, y + height / 2)
    for number, status in enumerate(statuses):
        drawing.box(_RIGHT, top + _ROW * number, 226, _ROW - 3, kind="pill")
        drawing.words(_RIGHT + 12, top + _ROW * number + 15.5, str(int(status)), bold=True)
        drawing.code(_RIGHT + 44, top + _ROW * number + 15.5, status.name.lower())
    drawing.arrow(_LEFT + _WIDTH / 2, y + height, _LEFT + _WIDTH / 2, y + height + 20)
    return y + height + 22


def _lines(names: Iterable[str]) -> list[str]:
    return wrap(", ".join(names), 66)


def _text_height(names: Iterable[str]) -> float:
    return 56.0 + 18 * len(_lines(names))


def _height(stage: Stage, names: Iterable[str]) -> float:
    return max(_text_height(names), _ROW * len(_statuses(stage)) - 4)


def _statuses(stage: Stage) -> list[ExitStatus]:
    from smilepay_cli.vocabulary.errors import Reason

    return sorted({Reason(name).exit for name in stage.reasons})


def _last_before(ran: list[str]) -> str:
    """The last check that ran before the transaction."""
    return [name for name in ran if name in (*STAGES[-2].checks, *STAGES[-1].checks)][-1]


def modules_of_checks() -> dict[str, str]:
    """Every check that a payment can run, with the module of verbs/ that it is in."""
    found: dict[str, str] = {}
    for path in sorted(VERBS.glob("*.py")):
        if path.stem in OF_OTHER_VERBS:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(attr="check"), args=[ast.Constant(value=str(name))]):
                    found[name] = path.stem
    return found


def require_places(ran: list[str], modules: dict[str, str]) -> None:
    """Every check and every reason stands in a stage, and the stages come as a payment's checks did. Else it ends."""
    from smilepay_cli.vocabulary.errors import Reason

    placed = [name for stage in (*STAGES, SETTLING) for name in stage.checks]
    reasons = {name for stage in (*STAGES, SETTLING) for name in stage.reasons} | ELSEWHERE
    wrong = {
        "checks without a stage": modules.keys() - set(placed),
        "stages with checks that are in no verb": set(placed) - modules.keys(),
        "reasons without a stage": {reason.value for reason in Reason} - reasons,
        "reasons that there are not": reasons - {reason.value for reason in Reason},
    }
    before = ran[: ran.index(_last_before(ran)) + 1]
    order = [name for stage in STAGES for name in stage.checks]
    if [name for name in order if name in before] != before:
        wrong["stages in another order than a payment's checks"] = set(before)
    for what, names in wrong.items():
        if names:
            raise SystemExit(f"docs: {what}: {', '.join(sorted(names))}; see STAGES in tools/docs_flow.py")


def layers_picture() -> str:
    """The layers, the highest on top; in each box what it imports from below."""
    from tests.test_layers import LAYERS, MODULES, _imports, _layer, _name

    folders = [name for name in LAYERS if (ROOT / "smilepay_cli" / name).is_dir()]
    uses: dict[str, set[str]] = {name: set() for name in folders}
    for path in MODULES:
        theirs = {_layer(name) for name in _imports(path) if name.startswith("smilepay_cli.")}
        uses.get(own := _layer(_name(path)), set()).update(theirs - {own})
    drawing, y = Drawing(_ALL), 20.0
    for level in sorted({LAYERS[name] for name in folders}, reverse=True):
        here = [name for name in folders if LAYERS[name] == level]
        width = (_ALL - 48 - 14 * (len(here) - 1)) / len(here)
        for number, name in enumerate(here):
            x = 24 + number * (width + 14)
            drawing.box(x, y, width, 62)
            drawing.words(x + 14, y + 26, str(level), dim=True)
            drawing.code(x + 34, y + 26, f"{name}/", size=15)
            drawing.words(x + 34, y + 48, _imported(uses[name], folders), size=13)
        y += 74
    told = "A module imports from its own layer and from those below, never from one above."
    drawing.words(24, y + 10, told, dim=True)
    return drawing.svg("The layers of the package, each with what it imports from those below", y + 28)


def _imported(used: set[str], folders: list[str]) -> str:
    below = [other for other in folders if other in used]
    if len(below) == len(folders) - 1:
        return "imports all of the others, and puts them together"
    return f"imports {', '.join(below)}" if below else "imports nothing of ours"


PICTURES = {"flow.svg": flow_picture, "layers.svg": layers_picture}
"""What is drawn here, by file."""
