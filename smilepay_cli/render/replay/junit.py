"""JUnit XML: each image a test case, each gate one too. Written as it is read, so that its size costs no memory.

The elements and attributes are those of the schema that Jenkins publishes (junit-10.xsd). A row that is not as
expected is a failure; a row that could not be used, and of which nothing is expected, is skipped, since it never
changes the exit status. What is accepted and should not be is a failure only where the set or a gate says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from smilepay_cli.render.replay.words import (
    SIMULATED,
    Row,
    Summary,
    against_expectation,
    evidence,
    kind,
    verdict,
    visible,
    worst_in_words,
)
from smilepay_cli.render.replay.words import gate as gate_name


def junit(summary: Summary, rows: Callable[[], Iterable[Row]]) -> Iterator[bytes]:
    """The file, in pieces. `rows` is asked twice: the counts stand before the cases."""
    tests = failures = skipped = 0
    for row in rows():
        tests += 1
        failures += row["as_expected"] is False
        skipped += is_skipped(row)
    gates = summary["gates"]
    failed = sum(not gate["holds"] for gate in gates)
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n'
    yield _open(
        "testsuites",
        name="smilepay replay",
        tests=tests + len(gates),
        failures=failures + failed,
        errors=0,
        time=_seconds(summary),
    )
    yield _suite(summary, "replay", tests, failures, skipped)
    yield _properties(summary)
    for row in rows():
        yield _case(row)
    yield b"</testsuite>\n"
    if gates:
        yield _suite(summary, "gates", len(gates), failed, 0)
        for gate in gates:
            inner = "" if gate["holds"] else _problem("failure", "gate_failed", gate["words"], gate["words"])
            yield _element("gates", gate_name(gate), inner)
        yield b"</testsuite>\n"
    yield b"</testsuites>\n"


def is_skipped(row: Row) -> bool:
    """Whether nothing can be said of a row: it could not be used, and nothing is expected of it."""
    return row["outcome"] == "unusable" and row["as_expected"] is None


def _case(row: Row) -> bytes:
    inner = ""
    if row["as_expected"] is False:
        text = "\n".join(f"{name}: {value}" for name, value in evidence(row))
        inner = _problem("failure", row.get("reason") or str(row["outcome"]), against_expectation(row), text)
    elif is_skipped(row):
        inner = f"<skipped message={_quoted(row.get('message') or row.get('reason') or 'unusable')}/>"
    return _element(kind(row), visible(row["id"]), inner)


def _element(classname: str, name: str, inner: str) -> bytes:
    head = f"<testcase classname={quoteattr(classname)} name={quoteattr(name)}"
    return (f"{head}>{inner}</testcase>\n" if inner else f"{head}/>\n").encode()


def _problem(tag: str, reason: str, message: str, text: str) -> str:
    shown = "\n".join(map(visible, text.split("\n")))
    return f"<{tag} type={_quoted(reason)} message={_quoted(message)}>{escape(shown)}</{tag}>"


def _suite(summary: Summary, name: str, tests: int, failures: int, skipped: int) -> bytes:
    return _open(
        "testsuite",
        name=name,
        tests=tests,
        failures=failures,
        errors=0,
        skipped=skipped,
        time=_seconds(summary) if name == "replay" else "0",
        timestamp=str(summary["made_at"])[:19],
    )


def _properties(summary: Summary) -> bytes:
    """What the figures rest on, and what they come to."""
    found = {
        "set": summary["set"]["path"],
        "set_digest": summary["set"]["digest"],
        "gallery_digest": summary["gallery"]["digest"],
        "seed": summary["seed"],
        "policy": summary["policy"].get("name"),
        **summary["program"],
        "verdict": verdict(summary).text,
        "attacks": worst_in_words(summary),
        "limits": SIMULATED,
    }
    lines = (
        f"<property name={_quoted(name)} value={_quoted(value)}/>\n"
        for name, value in found.items()
        if value is not None
    )
    return ("<properties>\n" + "".join(lines) + "</properties>\n").encode()


def _open(tag: str, **attributes: object) -> bytes:
    return f"<{tag} {' '.join(f'{name}={_quoted(value)}' for name, value in attributes.items())}>\n".encode()


def _quoted(value: object) -> str:
    return quoteattr(visible(value))


def _seconds(summary: Summary) -> str:
    return f"{summary['seconds']:.3f}"
