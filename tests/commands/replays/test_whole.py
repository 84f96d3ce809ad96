"""`smilepay replay` on real faces with the real engine: from pictures to reports that others' programs read."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from junitparser import JUnitXml
from tap.parser import Parser

from smilepay_cli.adapters.faces.engines import DEFAULT_ENGINE, DEFAULT_SCHEMES, open_engine
from smilepay_cli.commands.app import run
from smilepay_cli.commands.environment import Environment
from tests.commands.replays.real import PEOPLE, REPEATED, SAMPLES, RealSet
from tests.measured import note

OUT = {"results.jsonl", "summary.json", "junit.xml", "results.tap", "report.html"}


def schema(name: str) -> Draft202012Validator:
    text = files("smilepay_cli").joinpath(f"schemas/{name}.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))


def test_what_is_written_fits_its_schemas(real: RealSet) -> None:
    """Every line, and the summary; nothing else is left in the folder."""
    assert {path.name for path in real.out("one").iterdir()} == OUT
    rows, summary = real.rows("one"), real.summary("one")
    of_result = schema("replay-result")
    for row in rows:
        of_result.validate(row)
    schema("replay-summary").validate(summary)
    assert len(rows) == summary["rows"] == REPEATED * 28 + 3
    assert summary["gallery"]["accounts"] == 3 and summary["rates"]["fte"]["n"] == 3
    assert not [row for row in rows if row["id"].startswith("enrol")]


def test_others_read_the_reports(real: RealSet) -> None:
    """Each row is a case, in order; the page loads nothing."""
    ids = [row["id"] for row in real.rows("one")]
    cases = [case for suite in JUnitXml.fromfile(str(real.out("one") / "junit.xml")) for case in suite]
    assert len(cases) == len(ids)
    text = (real.out("one") / "results.tap").read_text()
    assert len([line for line in Parser().parse_text(text) if line.category == "test"]) == len(ids)
    page = (real.out("one") / "report.html").read_text()
    assert "http://" not in page.replace("http://www.w3.org", "") and "<svg" in page and 'src="data:image' in page


def test_it_says_what_is_so(real: RealSet) -> None:
    """People are recognised, strangers are not, forged pictures are whose they were made of; and repeated rows are as
    the first ones."""
    rows = {row["id"]: row for row in real.rows("one")}
    for row in rows.values():
        first = rows[row["id"].split(" again ")[0]]
        assert (row["exit"], row["decision"], row["checks"]) == (first["exit"], first["decision"], first["checks"])
        if row["decision"]["matched"]:
            assert row["decision"]["matched"] == row["subject"] or row["kind"] != "bona_fide"
    assert rows["lin clip"]["frames"] > 5 and rows["lin clip"]["outcome"] == "accepted"
    assert rows["grace-1.jpg"]["reason"] == "no_match" and rows["no_face-1.jpg"]["exit"] == 12
    copies = [row for row in rows.values() if row["pai_species"] == "exact_copy"]
    assert len(copies) == 3 * REPEATED and all(row["decision"]["nearest"] == row["subject"] for row in copies)
    summary = real.summary("one")
    assert summary["rates"]["fpir"]["k"] == 0 and summary["rates"]["iapar[exact_copy]"]["n"] == len(copies)
    moved = sum(row["moved_minor"] for row in rows.values())
    assert moved == 100 * summary["paid"] == 100 * sum(row["exit"] == 0 for row in rows.values())


def test_a_second_run_looks_at_nothing_again(real: RealSet) -> None:
    """Everything is known, also on films; the results are the same, byte for byte."""
    real.run("cached", "--cache", real.folder / "cache")
    first, second = real.summary("one"), real.summary("cached")
    assert second["cached"] == second["images"] == first["images"] > first["cached"]
    assert real.results("cached") == real.results("one")
    note(
        f"replay: {first['images']} images, {first['images_per_second']:.0f} a second, of which {first['cached']} were "
        f"there before; all known, {second['images_per_second']:.0f} a second"
    )


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*"))}


@pytest.mark.parametrize("gallery", ["wallet", "folder"])
def test_galleries(real: RealSet, tmp_path: Path, capsys: pytest.CaptureFixture[str], gallery: str) -> None:
    """Whoever is enrolled where, decisions are the same; the wallet stays as it was, byte for byte."""
    home, out = tmp_path / "home", tmp_path / "out"
    engine = open_engine(DEFAULT_ENGINE, DEFAULT_SCHEMES[DEFAULT_ENGINE], os.environ)

    def smilepay(*arguments: str | Path) -> int:
        status = run([*map(str, arguments), "--home", str(home)], Environment(engine=engine))
        capsys.readouterr()
        return status

    for person in PEOPLE if gallery == "wallet" else ():
        assert smilepay("enroll", person, "--image", SAMPLES / person / "1.jpg", "--deposit", "100") == 0
    before = contents(home) if home.exists() else {}
    given = real.people if gallery == "folder" else gallery
    cache = real.folder / "cache"
    assert smilepay("replay", real.manifest, "--out", out, "--gallery", given, "--cache", cache) == 0
    assert gallery == "folder" or contents(home) == before
    rows: list[dict[str, Any]] = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    tried = [row for row in rows if not row["id"].startswith("enrol")]
    assert [(row["id"], row["decision"]) for row in tried] == [(row["id"], row["decision"]) for row in real.rows("one")]
    enrolled = [row for row in rows if row["id"].startswith("enrol")]
    assert [(row["id"], row["reason"]) for row in enrolled] == [(f"enrol {name}", "used_before") for name in PEOPLE]
