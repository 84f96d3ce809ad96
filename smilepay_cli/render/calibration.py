"""`calibrate` for people: the numbers, what they came to on both halves, and beside the policy that is extended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smilepay_cli.render.flow import next_step, ok, show_left_out
from smilepay_cli.render.paper import Table
from smilepay_cli.render.text import plural
from smilepay_cli.rules.calibration.policy_text import plain
from smilepay_cli.rules.replay.rates import percent

if TYPE_CHECKING:
    from smilepay_cli.harnesses.calibration.calibrating import CalibrateResult
    from smilepay_cli.harnesses.calibration.half import HalfFigures
    from smilepay_cli.render.paper import Paper
    from smilepay_cli.rules.calibration.figures import Figure

_MEASURES = {"fmr": "FMR", "fnmr": "FNMR", "fpir": "FPIR", "fnir": "FNIR", "ambiguous": "by the margin"}


def show_calibrated(result: CalibrateResult, paper: Paper) -> None:
    """The answer first, then what it rests on."""
    _show_answer(result, paper)
    _show_material(result, paper)
    if result.tune.chosen is not None:
        _show_halves(result, paper)
    if result.tune.chosen is not None and result.refusal is None:
        _show_change(result, paper)
    _show_doubts(result, paper)
    if result.policy is None:
        return
    if result.file is None:
        for line in result.policy.splitlines():
            if line and not line.startswith("#"):
                paper.line(f"  {line}")
        next_step(paper, "the same with --out FILE.toml writes the policy")
    else:
        paper.line((f"  wrote {_printable(result.file)}", "dim"))
        next_step(paper, f"smilepay replay SET --policy {_printable(result.file)} --out FOLDER")


def _show_answer(result: CalibrateResult, paper: Paper) -> None:
    target = f"{percent(result.target_fmr)} %"
    if result.refusal is not None:
        paper.line(("✗ no policy: ", "bold red"), result.refusal.message, wraps=True)
        if result.refusal.hint:
            paper.line((f"  {result.refusal.hint}", "dim"), wraps=True)
        return
    assert result.dissimilarity_max is not None and result.margin is not None
    ok(
        paper,
        f"dissimilarity_max {plain(result.dissimilarity_max)}, margin {plain(result.margin)} ({result.scheme}) "
        f"for an FMR of {target}",
    )
    if result.tune.chosen is not None:
        bound = percent(result.tune.chosen.fmr.upper_one_sided)
        paper.line((f"  on the tune half FMR is {bound} % at most (one-sided 95 % upper bound)", "dim"))


def _show_material(result: CalibrateResult, paper: Paper) -> None:
    for name, half in (("tune", result.tune), ("report", result.report)):
        worth = f", worth {half.worth:,.0f} if independent" if half.non_mated else ""
        paper.line(
            (f"  {name} half: {plural(half.people, 'person', 'people')}, {plural(half.images, 'picture')}", "dim")
        )
        paper.line((f"    {half.mated:,} mated, {half.non_mated:,} non-mated comparisons{worth}", "dim"))
    if result.not_acquired.k:
        paper.line((f"  failures to acquire: {result.not_acquired}", "dim"))
    show_left_out(result.reasons, result.left_out, paper)


def _show_halves(result: CalibrateResult, paper: Paper) -> None:
    """At the calibrated numbers, one half under the other."""
    table = Table()
    table.add_column("measure", whole=True)
    table.add_column("half", whole=True)
    for title in ("count", "rate", "95 % interval"):
        table.add_column(title, right=True, whole=True)
    for name, title in _MEASURES.items():
        for half, told in (("tune", result.tune), ("report", result.report)):
            found: Figure = getattr(told.chosen, name)
            table.add_row(title, half, *_cells(found))
    paper.table(table)
    people = (result.tune.people, result.report.people)
    paper.line((f"  FPIR, FNIR, by the margin: searches among {people[0]:,} and {people[1]:,} people, one", "dim"))
    paper.line(("  reference each; intervals allow for the people that trials share", "dim"))


def _show_change(result: CalibrateResult, paper: Paper) -> None:
    """The report half, at the numbers of then and of now."""
    before = result.extended
    table = Table()
    table.add_column("report half", whole=True)
    table.add_column(f"{result.extends} {plain(before['dissimilarity_max'])}", right=True, whole=True)
    assert result.dissimilarity_max is not None
    table.add_column(f"this {plain(result.dissimilarity_max)}", right=True, whole=True)
    for name, title in _MEASURES.items():
        table.add_row(
            title, *(_short(getattr(rates, name)) for rates in (result.report.extended, result.report.chosen))
        )
    paper.table(table)


def _show_doubts(result: CalibrateResult, paper: Paper) -> None:
    if result.weaker:
        fields = ", ".join(result.weaker)
        words = f"weaker than standard in {fields}; a floor of standard refuses it"
        paper.line(("! ", "bold yellow"), words, wraps=True)
    _show_report_half(result, result.report, paper)
    for half, told in (("tune", result.tune), ("report", result.report)):
        if told.chosen is not None and told.chosen.mistaken.k:
            paper.line(
                ("! ", "bold yellow"), f"{half} half: taken for somebody else in a search: {told.chosen.mistaken}"
            )
    alike = [pair for pair in result.look_alikes if pair.dissimilarity <= result.extended["dissimilarity_max"]]
    if alike:
        paper.line(("  most alike of the tune half; is it one person under two names?", "dim"))
        for pair in alike:
            paper.line((f"    {pair.dissimilarity:.3f}  {pair.one}  {pair.other}", "dim"))


def _show_report_half(result: CalibrateResult, report: HalfFigures, paper: Paper) -> None:
    """What people who were not tuned on say about the target; that they contradict it is told as the answer."""
    if report.chosen is None or result.refusal is not None:
        return
    target, seen = result.target_fmr, report.chosen.fmr
    if seen.rate is not None and seen.rate > target:
        paper.line(
            ("! ", "bold yellow"),
            f"the report half has an FMR of {percent(seen.rate)} %, above {percent(target)} %: its interval holds both",
        )
    elif seen.upper_one_sided > target:
        paper.line(
            ("! ", "bold yellow"),
            f"the report half alone shows {percent(seen.upper_one_sided)} % at most, not {percent(target)} %",
        )
    else:
        ok(paper, f"the report half shows it too: {percent(seen.upper_one_sided)} % at most")


def _cells(found: Figure) -> tuple[str, str, str]:
    if found.rate is None:
        return ("0 of 0", "-", "-")
    return f"{found.k:,} of {found.n:,}", f"{percent(found.rate)} %", found.interval


def _short(found: Figure) -> str:
    return "-" if found.rate is None else f"{found.k:,} of {found.n:,} ({percent(found.rate)} %)"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)
