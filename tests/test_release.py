"""The steps of `make release` that decide something, without building or installing anything: each can say no."""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tools.release import __main__ as release
from tools.release import building, contents, licences, trials, versions, vulnerabilities
from tools.release.building import without_hashes
from tools.release.checksums import write_sums
from tools.release.dockerfiles import copied
from tools.release.licences import Licensed, Rules, judged
from tools.release.sbom import told
from tools.release.shell import Problem, run
from tools.release.surroundings import COMPILERS, surroundings
from tools.release.trials import Python

VERSION = "1.2.3"
CHANGELOG = "# Changelog\n\n## 1.2.3\n\n- New.\n\n## 1.2.2\n"
WHEEL = dict.fromkeys(contents.NEEDED_IN_WHEEL, b"") | {f"smilepay-{VERSION}.dist-info/METADATA": b""}
PYTHONS = (Python("3.11.7", Path("python3.11")), Python("3.13.0", Path("python3.13")))
RULES = Rules(frozenset({"MIT", "BSD-3-Clause", "Apache-2.0"}), {}, {})


def package(*licences: dict[str, Any], name: str = "some") -> dict[str, Any]:
    return {"name": name, "version": "1.0", "licenses": list(licences)}


def named(name: str) -> dict[str, Any]:
    return {"license": {"name": name}}


class TestVersions:
    """One version, wherever it is told."""

    def test_all_say_the_same(self) -> None:
        metadata = f"Name: smilepay\nVersion: {VERSION}\n"
        said = f"smilepay {VERSION}\n"
        assert not [*versions.disagreements(VERSION, changelog=CHANGELOG, metadata=metadata, said=said)]

    @pytest.mark.parametrize(
        ("other", "who"),
        [
            ({"changelog": CHANGELOG.replace("1.2.3", "1.3.0")}, "CHANGELOG.md"),
            ({"changelog": "# Changelog\n"}, "CHANGELOG.md"),
            ({"metadata": "Version: 1.2\n"}, "metadata"),
            ({"metadata": "Name: smilepay\n"}, "metadata"),
            ({"said": "smilepay 1.2.30"}, "--version"),
        ],
    )
    def test_one_that_differs_is_named(self, other: dict[str, Any], who: str) -> None:
        (told,) = versions.disagreements(VERSION, **{"changelog": CHANGELOG, **other})
        assert who in told

    def test_a_release_has_no_unreleased_changes(self) -> None:
        """They would be under no version for ever; a rehearsal may have them."""
        changelog = CHANGELOG.replace("## 1.2.3", "## Unreleased\n\n## 1.2.3")
        assert [*versions.disagreements(VERSION, changelog=changelog)]
        assert not [*versions.disagreements(VERSION, changelog=changelog, final=False)]


class TestContents:
    """What is in the distributions."""

    def test_a_whole_wheel_is_fine(self) -> None:
        assert not [*contents.wheel_problems(WHEEL, VERSION)]

    @pytest.mark.parametrize("name", contents.NEEDED_IN_WHEEL)
    def test_what_a_wheel_lacks_is_named(self, name: str) -> None:
        rest = {other: data for other, data in WHEEL.items() if other != name}
        assert [*contents.wheel_problems(rest, VERSION)] == [f"{name} is missing"]

    @pytest.mark.parametrize(
        "name",
        ["smilepay_cli/wallet.db", "smilepay_cli/master.key", "smilepay_cli/face.dat", "tests/test_x.py", "eval/a.jpg"],
    )
    def test_what_must_not_be_in_a_wheel_is_named(self, name: str) -> None:
        assert any(name.partition("/")[0] in told for told in contents.wheel_problems({**WHEEL, name: b""}, VERSION))

    @pytest.mark.parametrize(
        "line", [b"--index-url https://x.example/simple", b"--extra-index-url x", b"numpy @ https://pypi.example/n.whl"]
    )
    def test_an_address_of_an_index_is_named(self, line: bytes) -> None:
        """Which index serves packages is the business of who installs."""
        assert [*contents.out_of_place({"requirements/x.txt": line})]

    def test_an_sdist_is_the_repository(self) -> None:
        told = [*contents.sdist_problems({"a.py": b"", "b.py": b"", "PKG-INFO": b""}, ["a.py", "c.py"])]
        assert told == ["c.py is missing", "b.py is not committed"]

    def test_archives_are_read_alike(self, tmp_path: Path) -> None:
        """An sdist is one folder, a wheel is none."""
        (tmp_path / "a.py").write_bytes(b"1")
        with tarfile.open(tmp_path / "x.tar.gz", "w:gz") as sdist:
            sdist.add(tmp_path / "a.py", "x-1.0/a.py")
        with zipfile.ZipFile(tmp_path / "x.whl", "w") as wheel:
            wheel.write(tmp_path / "a.py", "a.py")
        assert contents.members(tmp_path / "x.tar.gz") == contents.members(tmp_path / "x.whl") == {"a.py": b"1"}


class TestLicences:
    """Unknown or asking for more than a notice: no release."""

    @pytest.mark.parametrize("entry", [{"license": {"id": "MIT"}}, {"expression": "Apache-2.0 OR BSD-3-Clause"}])
    def test_an_allowed_one_is_listed(self, entry: dict[str, Any]) -> None:
        found, problems = judged([package(entry)], RULES)
        assert not problems and found == [Licensed("some", "1.0", entry.get("expression", "MIT"))]

    @pytest.mark.parametrize(
        "entries",
        [
            [{"license": {"id": "GPL-3.0-or-later"}}],
            [{"expression": "MIT AND LGPL-2.1-only"}],
            [{"expression": "(MIT OR GPL-2.0-only) AND Apache-2.0"}],
            [{"expression": "GPL-3.0-or-later WITH GCC-exception-3.1"}],
            [{"license": {"id": "MIT"}}, named("License :: OSI Approved :: GNU General Public License v3 (GPLv3)")],
            [named("License :: OSI Approved :: BSD License")],
            [named("declared license file: LICENSE")],
            [],
        ],
    )
    def test_copyleft_and_unknown_ones_stop_a_release(self, entries: list[dict[str, Any]]) -> None:
        assert judged([package(*entries)], RULES)[1]

    def test_what_is_stated_counts_where_nothing_is_declared(self) -> None:
        rules = Rules(RULES.allowed, {"some-thing": {"licence": "MIT", "reason": "Its file says so."}}, {})
        found, problems = judged([package(named("License :: Public Domain"), name="Some.Thing")], rules)
        assert not problems and found == [Licensed("some-thing", "1.0", "MIT")]

    def test_a_statement_does_not_outlive_its_need(self) -> None:
        """A package that says what it is under, or is not needed any more, is not to be stated."""
        rules = Rules(RULES.allowed, {"some": {"licence": "MIT", "reason": "x"}, "gone": {"licence": "MIT"}}, {})
        problems = judged([package({"license": {"id": "BSD-3-Clause"}})], rules)[1]
        assert len(problems) == 2 and problems[0].startswith("gone:") and problems[1].startswith("some:")

    def test_of_two_versions_one_may_need_a_statement(self) -> None:
        """Which one is installed depends on the Python, and the older one may say nothing."""
        rules = Rules(RULES.allowed, {"some": {"licence": "BSD-3-Clause", "reason": "x"}}, {})
        newer = {**package({"license": {"id": "BSD-3-Clause"}}), "version": "2.0"}
        found, problems = judged([package(), newer], rules)
        assert not problems and [(one.version, one.licence) for one in found] == [
            ("1.0", "BSD-3-Clause"),
            ("2.0", "BSD-3-Clause"),
        ]

    def test_what_is_stated_has_to_be_allowed_too(self) -> None:
        rules = Rules(RULES.allowed, {"some": {"licence": "AGPL-3.0-only", "reason": "x"}}, {})
        assert judged([package()], rules)[1] == ["some 1.0: is under AGPL-3.0-only, which is not allowed"]

    def test_a_statement_needs_a_reason(self, tmp_path: Path) -> None:
        path = tmp_path / "licences.toml"
        path.write_text('allowed = ["MIT"]\n[stated.some]\nlicence = "MIT"\n', encoding="utf-8")
        with pytest.raises(Problem, match="without a reason"):
            licences.read_rules(path)

    def test_ours_allow_nothing_that_asks_for_more_than_a_notice(self) -> None:
        allowed = licences.read_rules().allowed
        assert not [
            one for one in allowed if any(part in one for part in ("GPL", "MPL", "EPL", "CDDL", "SSPL", "BUSL"))
        ]


def test_a_bill_of_materials_names_the_version_and_no_path_of_a_machine() -> None:
    """The version is not in pyproject.toml; a wheel that was installed from dist lies beside the bill."""
    web = {"type": "website", "url": "https://example.org/dlib"}
    wheel = {"type": "distribution", "url": "file:///builder/dist/dlib-1-py3-none-any.whl"}
    bill = {
        "metadata": {"component": {"name": "smilepay"}},
        "components": [{"name": "dlib", "externalReferences": [web, wheel]}, {"name": "smilepay"}, {"name": "rich"}],
    }
    made = told(bill, VERSION)
    assert made["metadata"]["component"] == {"name": "smilepay", "version": VERSION}
    assert made["components"] == [
        {"name": "dlib", "externalReferences": [web, {"type": "distribution", "url": "dlib-1-py3-none-any.whl"}]},
        {"name": "rich"},
    ]


class TestVulnerabilities:
    """Nothing found is said only where everything was looked up."""

    def test_none_known(self) -> None:
        answer = vulnerabilities.read('{"dependencies": [{"name": "a", "version": "1", "vulns": []}]}')
        assert answer == vulnerabilities.Audit((), None)

    def test_some_found(self) -> None:
        report = {"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1"}]}]}
        assert vulnerabilities.read(json.dumps(report)).found == ("a 1: PYSEC-1",)

    @pytest.mark.parametrize(
        "report",
        [
            '{"dependencies": [{"name": "a", "skip_reason": "not found"}, {"name": "b", "version": "1", "vulns": []}]}',
            '{"dependencies": []}',
            "",
            "[]",
        ],
    )
    def test_what_was_not_looked_up_is_no_good_news(self, report: str) -> None:
        """pip-audit ends with 0 where its source knows none of the packages, as a mirror does."""
        assert vulnerabilities.read(report).not_done is not None


class TestTheWholeRun:
    """What a run says of itself when all but the step in question went well."""

    @pytest.fixture
    def dist(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A release that was built and tried already, in a folder of its own."""
        monkeypatch.setattr(release, "DIST", tmp_path)
        monkeypatch.setattr(release, "ROOT", tmp_path)
        monkeypatch.setattr(release, "toolbox", lambda: tmp_path)
        monkeypatch.setattr(versions, "written_version", lambda root: VERSION)
        monkeypatch.setattr(building, "build", lambda *_, **__: (tmp_path / "a.whl").write_text("x"))
        monkeypatch.setattr(trials, "pythons", lambda *_: list(PYTHONS))
        monkeypatch.setattr(trials, "clear", lambda: None)
        for step in ("lint", "_require_wheels", "_try"):
            monkeypatch.setattr(release, step, lambda *_: None)
        return tmp_path

    def _with(self, answer: vulnerabilities.Audit, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
        monkeypatch.setattr(release, "audit", lambda programs: answer)
        return release.main(arguments)

    def test_all_well(self, dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self._with(vulnerabilities.Audit((), None), monkeypatch) == 0
        told = (dist / "CHECKS.txt").read_text()
        assert told.startswith(f"smilepay {VERSION}: a release\n") and "done: vulnerabilities" in told
        assert "CHECKS.txt" in (dist / "SHA256SUMS").read_text()

    def test_an_audit_that_was_not_done_is_never_silent(
        self, dist: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """It is told on the terminal, to who gets the release, and by the status; only that can be asked away."""
        nobody = vulnerabilities.Audit((), "pypi: unreachable")
        assert self._with(nobody, monkeypatch) == 3
        assert self._with(nobody, monkeypatch, "--without-audit") == 0
        assert "NOT DONE: vulnerabilities: pypi: unreachable" in capsys.readouterr().err
        assert "NOT DONE: vulnerabilities: pypi: unreachable" in (dist / "CHECKS.txt").read_text()

    def test_a_vulnerability_stops_it(
        self, dist: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """With or without --without-audit, which is about not knowing."""
        assert self._with(vulnerabilities.Audit(("a 1: PYSEC-1",), None), monkeypatch, "--without-audit") == 1
        assert "PYSEC-1" in capsys.readouterr().err and not (dist / "SHA256SUMS").exists()

    def test_a_python_that_is_not_here_is_told(self, dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self._with(vulnerabilities.Audit((), None), monkeypatch, "--rehearsal") == 0
        told = (dist / "CHECKS.txt").read_text()
        assert "a rehearsal, not a release" in told
        assert [minor for minor in ("3.11", "3.12", "3.13", "3.14") if f"NOT DONE: Python {minor}" in told] == [
            "3.12",
            "3.14",
        ]

    @pytest.mark.parametrize("found", [(), PYTHONS[:1], PYTHONS[1:]])
    def test_licences_are_not_read_from_half_the_lock(
        self, dist: Path, monkeypatch: pytest.MonkeyPatch, found: tuple[Python, ...]
    ) -> None:
        """Python 3.11 has packages that newer ones have not, and the other way round."""
        monkeypatch.setattr(trials, "pythons", lambda *_: list(found))
        assert self._with(vulnerabilities.Audit((), None), monkeypatch) == 1


class TestSurroundings:
    """A trial that finds a compiler would prove nothing."""

    def test_no_compiler_is_found(self, tmp_path: Path) -> None:
        made = surroundings(tmp_path / "trial")
        names = os.listdir(made.programs)  # noqa: PTH208 (names are what counts)
        assert not set(names) & set(COMPILERS) and "sh" in names
        done = subprocess.run(
            [made.programs / "sh", "-c", "command -v cc gcc cmake python3 git"],
            env=made.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode != 0 and done.stdout == ""

    def test_the_home_is_empty_and_nothing_else_of_ours_comes_along(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("PYTHONPATH", "SMILEPAY_HOME", "SMILEPAY_CACHE", "PIP_FIND_LINKS", "VIRTUAL_ENV"):
            monkeypatch.setenv(name, "/somewhere")
        made = surroundings(tmp_path / "trial")
        assert list(made.home.iterdir()) == [] and made.environment["HOME"] == str(made.home)
        assert "/somewhere" not in made.environment.values()

    def test_what_was_there_is_gone(self, tmp_path: Path) -> None:
        (surroundings(tmp_path).home / "left").write_text("x")
        assert list(surroundings(tmp_path).home.iterdir()) == []


def test_a_program_that_fails_stops_the_release_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"ended with 3:\n  last words"):
        run(["sh", "-c", "echo last words >&2; exit 3"], cwd=tmp_path)
    with pytest.raises(Problem, match="could not be run"):
        run([tmp_path / "none"])


def test_constraints_are_the_lock_without_hashes() -> None:
    """pip wants hashes of everything as soon as one constraint has them, and the wheel in dist has none."""
    first = "a==1 ; python_version < '3.12' \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\n    # via b\n"
    assert without_hashes(first + "b==2 \\\n    --hash=sha256:22\n") == (
        "a==1 ; python_version < '3.12'\n    # via b\nb==2\n"
    )


def test_checksums_are_those_of_coreutils(tmp_path: Path) -> None:
    (tmp_path / "a b.whl").write_bytes(b"wheel")
    write_sums(tmp_path)
    write_sums(tmp_path)  # its own file is in no list
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "a b.whl: OK\n")


def test_what_a_dockerfile_copies() -> None:
    """From its context only; other stages have files of their own."""
    text = "FROM a AS b\nCOPY dist/x.txt dist/*.whl ./\nFROM a\nCOPY --from=b /opt /opt\nCOPY --chown=1:1 . .\n"
    assert [*copied(text)] == ["dist/x.txt", "dist/*.whl", "."]
