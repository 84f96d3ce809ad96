"""The made parts of the pages: tables and help texts, each read from the place in the program that decides it.

Every function returns Markdown that ends in a line break, for `cog.out(parts.NAME())`.
"""

from __future__ import annotations

import ast
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.docs_console import ROOT, stable, terminal
from tools.docs_figures import measured

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.errors import ExitStatus

PACKAGE = ROOT / "smilepay_cli"
REPOSITORY_ONLY = ("__init__", "__main__")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def command_paths() -> list[str]:
    """Every command as people type it, groups before what is in them."""
    from smilepay_cli.commands.app import build

    def walk(command: Any, path: str) -> Iterator[str]:
        yield path
        for name, inner in getattr(command, "commands", {}).items():
            if not inner.hidden:
                yield from walk(inner, f"{path} {name}")

    return list(walk(build(), "smilepay"))


def commands() -> str:
    """The help text of every command, at 80 columns, without colour."""
    parts: list[str] = []
    for path in command_paths():
        help_text = stable(_typed(f"{path} --help"))
        parts.append(f"## {path}\n\n```text\n{help_text}```\n")
    return "\n".join(parts)


def exit_statuses() -> str:
    """Status, name, meaning, reasons; what counts as a strike is marked."""
    from smilepay_cli.vocabulary.errors import MEANING

    return table(
        ("status", "name", "meaning", "reasons"),
        (
            (f"**{int(status)}**", f"`{status.name}`", MEANING[status], ", ".join(_reasons(status)) or "")
            for status in MEANING
        ),
    )


def _reasons(status: ExitStatus) -> list[str]:
    from smilepay_cli.vocabulary.errors import ExitStatus, Reason

    own = [f"`{r.value}`" + (" (strike)" if r.is_strike else "") for r in Reason if r.exit is status]
    raised = {
        ExitStatus.INTERNAL: ["internal_error"],
        ExitStatus.NOT_ACQUIRED: ["not_ready"],
        ExitStatus.USAGE: ["usage", *_raised_with("UsageProblem")],
        ExitStatus.EXPECTATION_FAILED: ["expectation_failed"],
        ExitStatus.CHAIN_BROKEN: ["chain_broken"],
        ExitStatus.STORE_UNUSABLE: ["store_unusable", *sorted({*_raised_with("StoreUnusable"), *_store_states()})],
        ExitStatus.INTERRUPTED: ["interrupted"],
    }
    return own + [f"`{reason}`" for reason in raised.get(status, [])]


def _raised_with(exception: str) -> list[str]:
    """The reasons that the package's code gives an exception, in order of the alphabet."""
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == exception:
                reasons = (keyword.value for keyword in node.keywords if keyword.arg == "reason")
                found |= {str(value.value) for value in reasons if isinstance(value, ast.Constant)}
    return sorted(found)


def _store_states() -> list[str]:
    from smilepay_cli.adapters.store import opening

    return list(opening._WHAT_TO_DO)


def policies() -> str:
    """Every number of every named policy, and its source."""
    from smilepay_cli.adapters.faces.engines import default_scheme
    from smilepay_cli.rules.profiles import profiles, sources
    from smilepay_cli.vocabulary.policies import Policy

    named, told = profiles(default_scheme(None)), sources(default_scheme(None))
    names = [field.name for field in fields(Policy) if field.name != "name"]
    rows = ((f"`{name}`", *(_figure(getattr(policy, name)) for policy in named), told[name]) for name in names)
    return table(("key", *(policy.name for policy in named), "what it is, and where it comes from"), rows)


def schemes() -> str:
    """The numbers that hang on the scheme, side by side."""
    from smilepay_cli.rules.profiles import PROFILES, THRESHOLDS, sources

    rows = (
        (
            f"`{scheme}`",
            *(f"{numbers[name][0]:g} / {numbers[name][1]:g}" for name in PROFILES),
            sources(scheme)["margin"],
        )
        for scheme, numbers in THRESHOLDS.items()
    )
    return table(("scheme", *PROFILES, "how steady a template is"), rows)


def _figure(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def envelope_fields() -> str:
    """The fields of the envelope, from its JSON Schema."""
    schema = json.loads((PACKAGE / "schemas" / "envelope.json").read_text(encoding="utf-8"))
    return table(
        ("field", "what may stand there", "what it says"),
        ((f"`{name}`", _kind(rule), rule.get("description", "")) for name, rule in schema["properties"].items()),
    )


def findings() -> str:
    """What `doctor` looks at, with the ids of the findings."""
    from smilepay_cli.vocabulary.findings import SUBJECTS

    rows = ((subject.group, f"`{subject.id}`", subject.what, subject.looked_at) for subject in SUBJECTS.values())
    return table(("group", "id", "people read", "what is looked at"), rows)


def finding_fields() -> str:
    """The fields of a finding, from the envelope's JSON Schema."""
    schema = json.loads((PACKAGE / "schemas" / "envelope.json").read_text(encoding="utf-8"))
    rules = schema["$defs"]["finding"]["properties"]
    return table(
        ("field", "what may stand there", "what it says"),
        (
            (f"`{name}`", "one of the ids above" if name == "id" else _kind(rule), rule["description"])
            for name, rule in rules.items()
        ),
    )


def _kind(rule: dict[str, Any]) -> str:
    if "const" in rule:
        return f"`{rule['const']}`"
    if "enum" in rule:
        return ", ".join(f"`{value}`" for value in rule["enum"])
    kinds = rule["type"] if isinstance(rule["type"], list) else [rule["type"]]
    return " or ".join(f"{kind} of {rule['items']['type']}s" if "items" in rule else kind for kind in kinds)


def layers() -> str:
    """The layers as the layer test enforces them, each with the first line of its own docstring."""
    from tests.test_layers import LAYERS

    rows = []
    for name, layer in sorted(LAYERS.items(), key=lambda item: item[1]):
        if name not in REPOSITORY_ONLY:
            rows.append((str(layer), f"`{name}`", _first_line(name).removeprefix(f"Layer {layer}: ")))
    return table(("layer", "where", "what it holds, and its rule"), rows)


def _first_line(name: str) -> str:
    folder = PACKAGE / name / "__init__.py"
    path = folder if folder.exists() else PACKAGE / f"{name}.py"
    return _docstring(path).splitlines()[0]


def modules() -> str:
    """Every module of the package with the first line of its docstring, by folder."""
    parts: list[str] = []
    for folder in sorted({path.parent for path in PACKAGE.rglob("*.py")}):
        rows = [
            (f"`{path.name}`", _docstring(path).splitlines()[0])
            for path in sorted(folder.glob("*.py"))
            if path.name != "__init__.py" and _docstring(path)
        ]
        parts.append(f"`{folder.relative_to(ROOT)}/`\n\n" + table(("module", "what it is"), rows))
    return "\n".join(parts)


def _docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


@cache
def payment_event() -> dict[str, Any]:
    """The body of the event of a payment that is made here, by one of two people, with an order and a key."""
    with terminal() as shell:
        for line in (
            "smilepay enroll lin --image sample_faces/lin/1.jpg --deposit 100",
            "smilepay enroll otto --image sample_faces/otto/1.jpg --deposit 50",
            "smilepay shop stamp --image sample_faces/lin/2.jpg",
            "smilepay pay --image sample_faces/lin/3.jpg --idempotency-key till-1-0001",
        ):
            said = shell.type(line)
            if shell.status:
                raise SystemExit(f"docs: {line!r} ended with {shell.status}: {said}")
        body: dict[str, Any] = json.loads(shell.type("smilepay audit show 4 --json"))["data"]["event"]["body"]
    return body


def checks_of_a_payment() -> str:
    """The checks of a real payment in the order in which they ran, with their figures, from its event."""
    rows = ((f"`{check['name']}`", _figures(check["figures"])) for check in payment_event()["checks"])
    return stable(table(("check", "figures in the event"), rows))


LIMITS = (
    ("Two pictures of different people: taken for one person?", 21, 28320),
    ("Two pictures of one person: taken for different people?", 38, 360),
)
"""Question, hits, trials, all under policy `standard`; rules/profiles.SOURCES says on which pictures."""


def limits() -> str:
    """What was measured under policy `standard`, with counts and intervals; and what is to be expected."""
    from tools.docs_liveness import smile_rates, whole_prints

    rows = [(question, measured(hits, trials)) for question, hits, trials in (*LIMITS, *smile_rates())]
    photograph = "A new photograph of a smiling customer, printed or on a screen, its borders not in view: does it pay?"
    rows.append((photograph, f"**Expect yes:** {whole_prints()} simulated ones did. `strict` takes no single picture"))
    return table(("question, under policy `standard`", "measured (95 % interval)"), rows)


def parity() -> str:
    """The fast engine held against face_recognition: benchmarks/accuracy.json."""
    from benchmarks.accuracy.__main__ import PARITY_HEAD
    from benchmarks.accuracy.report import parity_table

    return table(PARITY_HEAD, parity_table(_measured_accuracy()))


def error_rates() -> str:
    """The schemes side by side: benchmarks/accuracy.json."""
    from benchmarks.accuracy.__main__ import RATES_HEAD
    from benchmarks.accuracy.report import rates_table

    return table(RATES_HEAD, rates_table(_measured_accuracy()))


def speed() -> str:
    """Everything that `make bench` measured: benchmarks/results.json."""
    from benchmarks.table import page

    return page(json.loads((ROOT / "benchmarks" / "results.json").read_text(encoding="utf-8")))


IN_SHORT = ("encoder/together", "pipeline/1080p_quartet", "cold_pay/standard_wall", "matching/1000000")
"""Of what `make bench` measures, what the README shows."""


def speed_in_short() -> str:
    """A few rows of benchmarks/results.json."""
    from benchmarks.results import result_from
    from benchmarks.table import table as measured_table

    record = json.loads((ROOT / "benchmarks" / "results.json").read_text(encoding="utf-8"))
    rows = {row["name"]: row for one in record["benchmarks"].values() for row in one["results"]}
    return measured_table(result_from(rows[name]) for name in IN_SHORT) + "\n"


def ledger_figures(*names: str) -> str:
    """Parts of what `python -m benchmarks.ledger` measured: benchmarks/ledger.json."""
    from benchmarks.results import result_from
    from benchmarks.table import table as measured_table

    record = json.loads((ROOT / "benchmarks" / "ledger.json").read_text(encoding="utf-8"))
    parts = [record["benchmarks"][name] for name in names]
    rows = [result_from(row) for part in parts for row in part["results"]]
    machine = f"{record['machine']['processor']}, {record['machine']['cores']} cores."
    return measured_table(rows) + "\n\n" + " ".join([machine, *(part["note"] for part in parts)]) + "\n"


def _measured_accuracy() -> dict[str, Any]:
    record: dict[str, Any] = json.loads((ROOT / "benchmarks" / "accuracy.json").read_text(encoding="utf-8"))
    return record


def _figures(figures: dict[str, Any]) -> str:
    return ", ".join(f"{name} {json.dumps(value)}" for name, value in figures.items() if value is not None)


def _typed(line: str) -> str:
    from smilepay_cli.commands.app import run
    from smilepay_cli.commands.environment import Environment
    from tools.docs_console import printed_to

    stream = io.StringIO()
    with printed_to(stream):
        status = run(line.split()[1:], Environment(stdout=stream, stderr=stream, variables={}))
    if status:
        raise SystemExit(f"docs: {line!r} ended with {status}: {stream.getvalue()}")
    return stream.getvalue()
