"""The summary of a replay on the terminal: what it came to, the figures under it, and where the rest is."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from smilepay_cli.render.flow import next_step
from smilepay_cli.render.paper import Paper, Part, Table
from smilepay_cli.render.replay import words
from smilepay_cli.render.replay.words import Row, Summary, visible
from smilepay_cli.render.text import plural

if TYPE_CHECKING:
    from smilepay_cli.harnesses.replay.summing import ReplayResult

MOST_CASES = 10
"""Unexpected ones that are told one by one."""
MOST_SPECIES = 20
_MOST_NAME = 24
"""Letters of a species in a table."""
_MOST_LINE = 76
_COLOURS = {True: "bold green", False: "bold red", None: "bold"}


def show_replay(result: ReplayResult, paper: Paper) -> None:
    """All of it, in the order in which people ask."""
    summary = result.summary
    _show_verdict(summary, paper)
    _show_measures(summary, paper)
    _show_species(summary, paper)
    paper.line(words.money_in_words(summary))
    _show_cases(summary, result.unexpected, paper)
    _show_baseline(summary, paper)
    _show_gates(summary, paper)
    paper.line((f"  {words.SIMULATED}", "dim"))
    for problem in summary["problems"][:MOST_CASES]:
        paper.line(("! ", "bold yellow"), visible(problem, most=_MOST_LINE))
    for path in result.files.values():
        paper.line((f"  wrote {visible(path)}", "dim"))
    if "report.html" in result.files:
        next_step(paper, f"open {visible(result.files['report.html'])} in a browser, or print it")


def _show_verdict(summary: Summary, paper: Paper) -> None:
    verdict = words.verdict(summary)
    paper.line((f"{verdict.mark} ", _COLOURS[verdict.good]), (verdict.text, "bold"))
    done = f"{plural(summary['rows'], 'row')}: {summary['paid']:,} paid, {summary['refused']:,} refused"
    unusable = f", {summary['unusable']:,} unusable" if summary["unusable"] else ""
    speed = f"{summary['seconds']:,.1f} s, {summary['images_per_second']:,.1f} images a second"
    paper.line((f"  {done}{unusable}; {speed}", "dim"))
    if told := words.worst_in_words(summary):
        paper.line(f"  {told}")


def _show_measures(summary: Summary, paper: Paper) -> None:
    measures = words.totals(summary)
    if not measures:
        return
    table = Table()
    table.add_column("measure", whole=True)
    for title in ("count", "rate", "95 % interval", "at most"):
        table.add_column(title, right=True, whole=True)
    for measure in measures:
        cells = (words.counts, words.rate, words.interval, words.at_most)
        table.add_row(words.title(measure), *(cell(measure) for cell in cells))
    paper.table(table)


def _show_species(summary: Summary, paper: Paper) -> None:
    """Those that got in most before the others."""
    if not summary["species"]:
        return
    accepts = words.of_species(summary, "iapar")
    table = Table()
    table.add_column("species", whole=True)
    for title in ("got in", "IAPAR", "95 % interval", "moved"):
        table.add_column(title, right=True, whole=True)
    lines = sorted(summary["species"], key=lambda one: (-one["accepted"] / max(one["n"], 1), one["name"]))
    for one in lines[:MOST_SPECIES]:
        measure = accepts.get(one["name"])
        got_in: list[Part] = [("✗ ", "bold red")] if one["accepted"] else []
        table.add_row(
            visible(one["name"], most=_MOST_NAME),
            [*got_in, f"{one['accepted']:,} of {one['n']:,}"],
            words.rate(measure) if measure else "-",
            words.interval(measure) if measure else "-",
            words.money(one["moved"]),
        )
    paper.table(table)
    if len(lines) > MOST_SPECIES:
        paper.line(
            (f"  and {plural(len(lines) - MOST_SPECIES, 'more species', 'more species')} in summary.json", "dim")
        )


def _show_cases(summary: Summary, cases: Sequence[Row], paper: Paper) -> None:
    for row in cases[:MOST_CASES]:
        paper.line(("✗ ", "bold red"), visible(row["id"], most=48), (f"  {visible(words.kind(row), most=28)}", "dim"))
        paper.line(f"    {visible(words.against_expectation(row), most=_MOST_LINE)}")
    left = summary["unexpected"] - min(len(cases), MOST_CASES)
    if left > 0:
        paper.line((f"  and {plural(left, 'more case')} not as expected, in results.jsonl", "dim"))


def _show_baseline(summary: Summary, paper: Paper) -> None:
    found = summary["baseline"]
    if not found:
        return
    paper.line(f"against {visible(found['path'])}: {plural(len(found['changed']), 'case')} changed")
    for test in found["tests"]:
        paper.line(
            f"  {words.changed_pair(test)}: {test['better']:,} better, {test['worse']:,} worse, p = {test['p']:.3g}"
        )
    if told := words.left_out(found):
        paper.line(f"  {told}")
    for one in found["changed"][:MOST_CASES]:
        paper.line((f"  {visible(one['id'], most=40)}: {visible(one['before'])}, now {visible(one['after'])}", "dim"))


def _show_gates(summary: Summary, paper: Paper) -> None:
    for gate in summary["gates"]:
        mark, colour = ("✓ holds ", "bold green") if gate["holds"] else ("✗ failed ", "bold red")
        paper.line((mark, colour), words.gate(gate))
        for line in wrap(visible(gate["words"]), _MOST_LINE):
            paper.line(f"    {line}")
