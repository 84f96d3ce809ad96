"""What the pages say is what the program does: everything is documented, every link leads somewhere."""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Iterator
from contextlib import redirect_stderr
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import pytest

from smilepay_cli import __version__
from smilepay_cli.adapters.faces.engines import default_scheme
from smilepay_cli.commands.app import build
from smilepay_cli.rules.profiles import sources
from smilepay_cli.vocabulary.errors import MEANING, ExitStatus, Reason
from tools import docs, docs_liveness, docs_parts, docs_replay
from tools.docs_console import command_lines, run_sessions, stable
from tools.docs_figures import interval, measured
from tools.docs_svg import svg

ROOT = docs.ROOT
PAGES = docs.pages()
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@pytest.fixture
def fixed_surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Those of tools/docs.py, and the old ones afterwards."""
    with monkeypatch.context() as patch:
        for name in ("TZ", "COLUMNS", "LINES", "TERMINAL_WIDTH", "TERM", "COLORTERM", "SMILEPAY_HOME"):
            patch.setenv(name, "")
        for name in ("FORCE_COLOR", "NO_COLOR", "GITHUB_ACTIONS", "PY_COLORS", "SMILEPAY_DEBUG"):
            patch.delenv(name, raising=False)
        docs.fixed_surroundings()
        yield
    time.tzset()


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def prose(text: str) -> str:
    """A page without its fences."""
    return _FENCE.sub("", text)


def by_name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_every_command_is_documented() -> None:
    """docs/commands.md has a heading for each command and its help text."""
    commands = page("docs/commands.md")
    for path in docs_parts.command_paths():
        assert f"\n## {path}\n" in commands, f"{path} is not documented: run make docs"
        assert f"Usage: {path} " in commands


def test_every_exit_status_and_reason_is_documented() -> None:
    """docs/exit-statuses.md has them all, and says which are strikes."""
    text = page("docs/exit-statuses.md")
    for status in ExitStatus:
        assert f"| **{int(status)}** | `{status.name}` | {MEANING[status]} |" in text
    for reason in Reason:
        assert f"`{reason.value}`" in text
        assert (f"`{reason.value}` (strike)" in text) is reason.is_strike


def test_every_policy_number_is_documented() -> None:
    """docs/policies.md has each key with its source."""
    text = page("docs/policies.md")
    for key, source in sources(default_scheme(None)).items():
        assert f"| `{key}` |" in text and source in text


def test_every_measure_of_a_replay_is_documented() -> None:
    """docs/replay-metrics.md has each definition as reports print it, and the fields of a result."""
    text = page("docs/replay-metrics.md")
    for made in (
        docs_replay.sentence(),
        docs_replay.definitions(),
        docs_replay.shown_by(),
        docs_replay.result_fields(),
    ):
        assert made in text, "run: make docs"


def test_what_the_readme_shows_was_run(fixed_surroundings: None) -> None:
    """Every command line of the README runs, and says what stands there: none is decoration."""
    ran: list[str] = []
    assert docs.made(ROOT / "README.md", ran) == page("README.md"), "run: make docs"
    assert ran == command_lines(page("README.md"))
    assert {line.split()[1] for line in ran} >= {"enroll", "shop", "pay", "audit"}


def test_manifests_on_pages_are_manifests() -> None:
    """What a page shows as an example is read without a complaint, and what it shows as wrong with many."""
    from smilepay_cli.rules.sets.manifest import read_csv, read_jsonl
    from tools.docs_sets import BAD, reading

    fences = _FENCE.findall(page("docs/replay-sets.md"))
    examples = [(kind, text) for kind, text in fences if kind in ("csv", "json") and text != BAD]
    assert [kind for kind, _ in examples] == ["csv", "json"]
    for kind, text in examples:
        read = read_csv if kind == "csv" else read_jsonl
        found = read(io.BytesIO(text.encode()), "set", "set")
        assert found.trials and not found.problems.lines() and not found.warnings.lines()
    assert reading(BAD).problems.count > 5 and reading(BAD).warnings.count, "the page shows both"


@pytest.mark.parametrize("path", PAGES, ids=by_name)
def test_a_prompt_stands_only_where_it_is_run(path: Path) -> None:
    """`$ smilepay` outside a console fence would be a session that nobody ran."""
    for kind, body in _FENCE.findall(path.read_text(encoding="utf-8")):
        if kind != "console":
            assert not re.search(r"^\$ ", body, re.MULTILINE), f"{path.name}: a {kind} fence with a prompt"


@pytest.mark.parametrize("path", PAGES, ids=by_name)
def test_commands_in_text_exist(path: Path) -> None:
    """What is not run, in sh fences and between backquotes, at least has commands and options that exist."""
    text = path.read_text(encoding="utf-8")
    fenced = [line for kind, body in _FENCE.findall(text) if kind == "sh" for line in body.splitlines()]
    quoted = re.findall(r"`(smilepay [^`]+)`", prose(text))
    for line in (*fenced, *quoted):
        if line.startswith("smilepay "):
            require_known(line.partition("#")[0].split()[1:], line)


def require_known(words: list[str], line: str) -> None:
    command: Any = build()
    groups = [command]
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
        groups.append(command)
    first = words[0] if words else "-"
    is_argument = bool([p for p in command.params if p.param_type_name == "argument"])
    assert first.startswith("-") or is_argument, f"there is no command {first!r}: {line}"
    known = {option for group in groups for parameter in group.params for option in parameter.opts}
    for word in words:
        if word.startswith("--"):
            assert word in known or word == "--help", f"there is no option {word}: {line}"


@pytest.mark.parametrize("path", PAGES, ids=by_name)
def test_every_link_leads_somewhere(path: Path) -> None:
    """Relative links resolve to a file of the project, and to a heading of it where they name one."""
    for target in _LINK.findall(prose(path.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        aim = (path.parent / name).resolve() if name else path
        assert aim.exists(), f"{path.name}: {target} is not there"
        assert aim.is_relative_to(ROOT), f"{path.name}: {target} is outside of the project"
        if anchor:
            assert anchor in anchors(aim), f"{path.name}: {name} has no heading {anchor}"


def anchors(path: Path) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them."""
    headings = _HEADING.findall(prose(path.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_linked_from_the_readme() -> None:
    """A page that nobody finds is not there."""
    linked = set(_LINK.findall(page("README.md")))
    for path in PAGES:
        assert path.name == "README.md" or by_name(path) in linked


def test_every_picture_is_shown_somewhere(fixed_surroundings: None) -> None:
    """docs/img holds what the tools draw, no more and no less, and each picture is on a page."""
    from tools.docs_forgeries import PICTURE as FORGERIES
    from tools.docs_pictures import SCENES
    from tools.docs_report import PICTURE as REPORT

    files = {path.name for path in (ROOT / "docs" / "img").iterdir()}
    shown = {Path(target).name for path in PAGES for target in _LINK.findall(path.read_text(encoding="utf-8"))}
    assert files == {*SCENES, Path(FORGERIES).name, REPORT.name}
    assert files <= shown


def test_pages_speak_of_this_project_only() -> None:
    """No path of the machine that a page was made on."""
    for path in (*PAGES, *(ROOT / "docs" / "img").glob("*.svg")):
        text = path.read_text(encoding="utf-8")
        for foreign in ("/work", "shared/", f"{gettempdir()}/", "/home/"):
            assert foreign not in text, f"{path.name} mentions {foreign}"


def test_the_version_is_in_the_changelog() -> None:
    """Each version says what it brought."""
    assert f"\n## {__version__}\n" in page("CHANGELOG.md")


def test_figures_of_the_readme_are_those_of_the_program() -> None:
    """Counts are given twice, in the table of limits and beside the policy's number; they agree."""
    counts = {(hits, trials) for _, hits, trials in (*docs_parts.LIMITS, *docs_liveness.smile_rates())}
    told = sources(default_scheme(None))
    assert {(21, 28320), (38, 360)} <= counts
    assert "21 of 28,320, and 38 of 360" in told["dissimilarity_max"]
    assert "of 51 studio smiles" in told["smile_z_min"] and "20 pass, of 51 neutral" in told["smile_z_min"]
    record = json.loads(docs_liveness.RECORD.read_text(encoding="utf-8"))
    rates = record["smiles"]["rates"]["london"]["reporting"]
    judged, alone = rates["against_relaxed"], rates["logistic"]
    refused, accepted = judged["smiling_refused_with_retakes"], judged["relaxed_accepted"]
    assert f"{refused['k']} of {refused['n']} smiling" in told["smile_change_min"]
    assert f"{accepted['k']} of {accepted['n']} relaxed" in told["smile_change_min"]
    by_itself = alone["smiling_refused_with_retakes"]["k"], alone["relaxed_accepted"]["k"]
    assert f"(by smile_z_min: {by_itself[0]} and {by_itself[1]})" in told["smile_change_min"]
    paid = record["stills"]["people"]
    asked = {(paid["smiling"]["paid"]["n"] - paid["smiling"]["paid"]["k"], paid["smiling"]["paid"]["n"])}
    assert asked <= counts, "the README's are those that pay itself gave"


@pytest.mark.parametrize(
    ("hits", "trials", "lower", "upper"),
    [
        (27, 27615, 0.000644, 0.001422),
        (62, 351, 0.138192, 0.220641),
        (22, 51, 0.293455, 0.577547),
        (0, 51, 0.0, 0.069777),
        (102, 102, 0.964481, 1.0),
    ],
)
def test_intervals_are_clopper_and_pearsons(hits: int, trials: int, lower: float, upper: float) -> None:
    """Against values of scipy.stats.beta.ppf."""
    assert interval(hits, trials) == pytest.approx((lower, upper), abs=1e-6)


def test_a_rate_is_printed_with_counts_and_interval() -> None:
    """And with no more digits than the counts carry."""
    assert measured(27, 27615) == "27 of 27,615: 0.098 % (0.064 to 0.142 %)"
    assert measured(0, 51) == "0 of 51: 0 % (0 to 7 %)"
    with pytest.raises(ValueError, match="no count"):
        interval(2, 1)


def test_sessions_hold_nothing_that_differs_between_machines() -> None:
    """Digests, and digits that another processor rounds otherwise; amounts, times and ids stay."""
    assert stable(f"\nhead {'ab' * 32} \n") == "head (64 hex digits)\n"
    assert stable('"z": -4.770213, "amount": "20.00", at 17:00:00.123456Z') == (
        '"z": -4.770, "amount": "20.00", at 17:00:00.123456Z\n'
    )


def test_a_session_is_filled_with_what_is_said_now(fixed_surroundings: None) -> None:
    """Old output goes, the exit status is the shell's, files are written, and other programs are not run."""
    before = (
        '```toml\n# p.toml\nmargin = "wide"\n```\n```console\n$ smilepay policy --policy p.toml\nold\n$ echo $?\n```\n'
    )
    after = run_sessions(before)
    assert "old" not in after
    assert "smilepay: policy key 'margin' must be a number\n$ echo $?\n2\n```" in after
    with pytest.raises(SystemExit, match="cannot run"):
        run_sessions("```console\n$ rm -r x\n```\n")


def test_check_shows_what_is_out_of_date_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, fixed_surroundings: None
) -> None:
    """A readable diff and exit status 1; exit status 0 when nothing would change."""
    readme = ROOT / "README.md"
    now = page("README.md")
    monkeypatch.setattr(docs, "everything", lambda: {readme: now})
    assert docs.main(["--check"]) == 0
    monkeypatch.setattr(docs, "everything", lambda: {readme: now + "one more line\n"})
    said = io.StringIO()
    with redirect_stderr(said):
        assert docs.main(["--check"]) == 1
    assert "+one more line" in said.getvalue() and "make docs" in said.getvalue()
    assert page("README.md") == now


def test_a_screen_is_drawn_alike_every_time() -> None:
    """Half blocks become rectangles, frames lines, words text that is escaped; and nothing is fetched."""
    ansi = "\x1b[31m▀▀\x1b[0m ╭─ a<b │"
    drawn = svg(ansi, "one & two", 20)
    assert drawn == svg(ansi, "one & two", 20)
    assert '<rect x="0" y="0" width="18" height="9" fill="#' in drawn
    assert "a&lt;b" in drawn and "<title>one &amp; two</title>" in drawn
    assert "▀" not in drawn and "╭" not in drawn
    assert drawn.count("http") == 1, "the name space of SVG only"
