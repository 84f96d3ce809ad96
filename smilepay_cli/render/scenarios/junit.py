"""JUnit XML of a run of scenarios: a file is a suite, a scenario a case.

The elements and attributes are those of the schema that Jenkins publishes (junit-10.xsd). A scenario that fails as
`xfail` says is skipped with that reason; one that could not begin is an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from smilepay_cli.harnesses.scenarios.played import ERROR, FAILED, XFAILED, XPASSED, Played, RunResult
from smilepay_cli.render.replay.words import visible
from smilepay_cli.render.scenarios.words import failure_lines, headline

_TAGS = {FAILED: "failure", XPASSED: "failure", ERROR: "error"}


def junit(result: RunResult) -> Iterator[bytes]:
    """The file, in pieces."""
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n'
    yield _open("testsuites", "smilepay run", list(result.scenarios), skipped=False)
    for file, cases in groupby(result.scenarios, key=lambda one: one.place.file):
        suite = list(cases)
        yield _open("testsuite", file, suite, skipped=True)
        for one in suite:
            yield _case(one)
        yield b"</testsuite>\n"
    yield b"</testsuites>\n"


def _open(tag: str, name: str, cases: list[Played], *, skipped: bool) -> bytes:
    counts = {
        "tests": len(cases),
        "failures": sum(one.outcome in (FAILED, XPASSED) for one in cases),
        "errors": sum(one.outcome == ERROR for one in cases),
        **({"skipped": sum(one.outcome == XFAILED for one in cases)} if skipped else {}),
        "time": f"{sum(one.seconds for one in cases):.3f}",
    }
    attributes = " ".join(f'{key}="{value}"' for key, value in counts.items())
    return f"<{tag} name={_quoted(name)} {attributes}>\n".encode()


def _case(one: Played) -> bytes:
    head = f'<testcase classname={_quoted(one.place.file)} name={_quoted(one.name)} time="{one.seconds:.3f}"'
    if one.outcome == XFAILED:
        return f"{head}><skipped message={_quoted(f'xfail: {one.xfail}')}/></testcase>\n".encode()
    if one.is_good:
        return f"{head}/>\n".encode()
    tag, text = _TAGS[one.outcome], escape("\n".join(failure_lines(one)))
    told = f"<{tag} type={_quoted(one.outcome)} message={_quoted(headline(one))}>{text}</{tag}>"
    return f"{head}>{told}</testcase>\n".encode()


def _quoted(text: object) -> str:
    return quoteattr(visible(text))
