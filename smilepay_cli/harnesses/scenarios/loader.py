"""Scenario files, read and checked as a whole: everything that is wrong is found before anything runs.

Scenarios come one after the other and are let go of by whoever reads on, so that ten thousand take no more memory than
one. What is wrong is collected; nothing is raised before the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from smilepay_cli.harnesses.scenarios.checking import LONGEST_SCENARIO, check_references, check_whole
from smilepay_cli.harnesses.scenarios.forms import Forms
from smilepay_cli.harnesses.scenarios.matrix import combinations, title
from smilepay_cli.harnesses.scenarios.models import ScenarioForm
from smilepay_cli.harnesses.scenarios.nodes import Items, Node, Scalar, Table, as_value, kind_of
from smilepay_cli.harnesses.scenarios.options import Checks, Tell
from smilepay_cli.harnesses.scenarios.problems import Complaints
from smilepay_cli.harnesses.scenarios.reading import Unreadable, documents
from smilepay_cli.harnesses.scenarios.references import MATRIX
from smilepay_cli.harnesses.scenarios.scenario import Account, Folders, Place, Scenario, Step, Written
from smilepay_cli.harnesses.scenarios.steps import StepReader, made
from smilepay_cli.rules.sets.problems import Wrong, shown
from smilepay_cli.vocabulary.errors import UsageProblem

_TOO_LONG = Wrong(f"more than {LONGEST_SCENARIO:,} steps, with those of included files", "take some out")
MOST_INCLUDED = 50
"""Files in a row that include each other."""
ENROLL = "enroll"


class Files(Protocol):
    """The files around a scenario; paths as people write them."""

    def read(self, path: str) -> bytes:
        """A regular file that is not too large. Raises UsageProblem."""

    def beside(self, file: str, path: str) -> str:
        """A path that is relative to the folder of a file."""

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder of that name."""

    def checks(self) -> Checks:
        """What steps are held against."""

    @property
    def faces(self) -> str:
        """The folder of the sample faces."""


@dataclass(frozen=True, slots=True)
class _Beginning:
    """What comes first: of included files."""

    accounts: tuple[Account, ...] = ()
    steps: tuple[Step, ...] = ()
    names: tuple[str, ...] = ()
    """That are kept there."""
    is_whole: bool = True
    """Nothing is wrong there."""


@dataclass
class Loader:
    """Reads files and collects what is wrong with them."""

    files: Files
    forms: Forms
    complaints: Complaints = field(default_factory=Complaints)
    _included: dict[str, _Beginning | None] = field(default_factory=dict)
    _opening: list[str] = field(default_factory=list)

    def scenarios(self, file: str) -> Iterator[Scenario]:
        """The scenarios of a file that are whole, in order; of a matrix, each combination."""
        names: dict[str, int] = {}
        count = 0
        for node in self._documents(file):
            count += 1
            yield from self._scenarios(file, node, names)
        if not count and not self._unreadable:
            self.complaints.add(Place(file, 1), Wrong("no scenario in it", "a scenario has a name and steps"))

    def _documents(self, file: str) -> Iterator[Node]:
        self._unreadable = False
        try:
            yield from documents(self.files.read(file))
        except Unreadable as error:
            self._unreadable = True
            self.complaints.add(Place(file, error.line), error.wrong)
        except UsageProblem as problem:
            self._unreadable = True
            self.complaints.add(Place(file, 1), Wrong(problem.message, problem.hint or "is it the right file?"))

    def _scenarios(self, file: str, node: Node, names: dict[str, int]) -> Iterator[Scenario]:
        tell = partial(self._tell, file)
        if not isinstance(node, Table):
            tell(node.line, Wrong(f"a scenario is a mapping, not {kind_of(node)}", "with a name and steps"))
            return
        self._name_once(node, names, tell)
        for combination, table in combinations(node, tell):
            scenario = self._scenario(file, table)
            self.complaints.settle()
            if scenario is not None:
                yield replace(
                    scenario,
                    name=scenario.name + title(combination),
                    combination={key: as_value(value) for key, value in combination.items()},
                )

    def _tell(self, file: str, line: int, wrong: Wrong) -> None:
        self.complaints.add(Place(file, line), wrong)

    @staticmethod
    def _name_once(node: Table, names: dict[str, int], tell: Tell) -> None:
        name = node.entries.get("name")
        if not isinstance(name, Scalar):
            return
        if name.text in names:
            told = f"the first is in line {names[name.text]}"
            tell(name.line, Wrong(f"another scenario of this file is called {shown(name.text)}", told))
        names.setdefault(name.text, name.line)

    def _scenario(self, file: str, node: Table) -> Scenario | None:
        """One scenario; None where something is wrong with it."""
        wrongs: list[int] = []

        def tell(line: int, wrong: Wrong) -> None:
            wrongs.append(line)
            self._tell(file, line, wrong)

        form: ScenarioForm | None = made(ScenarioForm, _without_bodies(node), tell)
        folders = self._folders(file, node, tell)
        reader = StepReader(file, folders, self.forms, self.files.checks())
        beginning = self._beginning(file, node, tell)
        accounts = (*beginning.accounts, *self._accounts(reader, node, tell))
        steps = (*beginning.steps, *self._steps(reader, node, len(beginning.steps), tell))
        policy = self._policy(reader, node, tell)
        catalogue = self._catalogue(reader, node, tell)
        if form is not None:
            check_whole(form, accounts, steps, node, tell)
        check_references(node, dict.fromkeys(beginning.names), len(beginning.steps), tell)
        if form is None or wrongs or not beginning.is_whole:
            return None
        return Scenario(
            place=Place(file, node.line_of("name")), name=form.name, why=form.why, tags=form.tags, seed=form.seed,
            start=form.clock.start, step=form.clock.step, policy=policy, catalogue=catalogue, folders=folders,
            accounts=accounts, steps=steps, xfail=form.xfail,
        )  # fmt: skip

    def _folders(self, file: str, node: Table, tell: Tell) -> Folders:
        beside = self.files.beside(file, "")
        given = node.entries.get("faces")
        if not isinstance(given, Scalar) or not given.text:
            return Folders(self.files.faces, beside)
        folder = self.files.beside(file, given.text)
        if not self.files.is_folder(folder):
            wrong = Wrong(f"faces: there is no folder {shown(given.text)}", "it is looked for beside this file")
            tell(node.line_of("faces"), wrong)
        return Folders(folder, beside)

    def _accounts(self, reader: StepReader, node: Table, tell: Tell) -> Iterator[Account]:
        table = node.entries.get("accounts")
        if not isinstance(table, Table):
            return
        for name, value in table.entries.items():
            line = table.line_of(name)
            account = f"account {shown(name)}"
            if not isinstance(value, Table):
                tell(line, Wrong(f"{account} needs an image", "like lin: {image: lin/1.jpg, deposit: 100}"))
                continue
            if "name" in value.entries:
                tell(value.line_of("name"), Wrong(f"{account}: the name stands in front", "leave it out here"))
                continue
            whole = Table(value.line)
            whole.put(Scalar(line, "name", plain=False), Scalar(line, name, plain=False))
            for key, entry in value.entries.items():
                whole.put(value.keys[key], entry)

            def told(at: int, wrong: Wrong, account: str = account) -> None:
                tell(at, _about(account, wrong))

            call = reader.call(ENROLL, whole, line, told)
            if call is not None:
                if not {"image", "camera"} & set(call.values):
                    told(line, Wrong("it needs an image or a camera", "like image: lin/1.jpg"))
                yield Account(Place(reader.file, line), name, call)

    def _steps(self, reader: StepReader, node: Table, before: int, tell: Tell) -> Iterator[Step]:
        items = node.entries.get("steps")
        if not isinstance(items, Items):
            return
        for number, item in enumerate(items.items, before + 1):

            def told(line: int, wrong: Wrong, number: int = number) -> None:
                tell(line, _about(f"step {number}", wrong))

            step = reader.step(item, told)
            if step is not None:
                yield step

    def _policy(self, reader: StepReader, node: Table, tell: Tell) -> str | Written | None:
        value, line = node.entries.get("policy"), node.line_of("policy")
        if isinstance(value, Table):
            return reader.policy(value, "policy.toml", line, tell)
        return self._named(reader, "policy", value, line, tell)

    def _catalogue(self, reader: StepReader, node: Table, tell: Tell) -> str | Written | None:
        value, line = node.entries.get("catalogue"), node.line_of("catalogue")
        if isinstance(value, Table):
            return reader.catalogue(value, line, tell)
        return self._named(reader, "catalogue", value, line, tell)

    def _named(self, reader: StepReader, key: str, value: Node | None, line: int, tell: Tell) -> str | None:
        """A name or a file."""
        if value is None:
            return None
        if not isinstance(value, Scalar) or value.is_nothing:
            tell(
                line,
                Wrong(
                    f"{key} needs a name, a file or a mapping, not {kind_of(value)}", "leave it out for the usual one"
                ),
            )
            return None
        if wrong := reader.checks.path(key, value.text, reader.folders):
            tell(line, wrong)
            return None
        return value.text

    def _beginning(self, file: str, node: Table, tell: Tell) -> _Beginning:
        """The accounts and steps of all included files."""
        given = node.entries.get("include")
        accounts: list[Account] = []
        steps: list[Step] = []
        names: list[str] = []
        is_whole = True
        for item in given.items if isinstance(given, Items) else [given]:
            if isinstance(item, Scalar) and item.text:
                path = self.files.beside(file, item.text)
                found = self._of_file(file, path, item.line, tell) or _Beginning(is_whole=False)
                accounts += found.accounts
                steps += found.steps
                names += found.names
                is_whole &= found.is_whole
                if len(steps) > LONGEST_SCENARIO:  # files that include others twice grow twice as fast with each
                    tell(item.line, _TOO_LONG)
                    return _Beginning(is_whole=False)
        return _Beginning(tuple(accounts), tuple(steps), tuple(names), is_whole)

    def _of_file(self, file: str, path: str, line: int, tell: Tell) -> _Beginning | None:
        if path == file or path in self._opening:
            chain = " includes ".join([*self._opening, file, path] if path != file else [file, path])
            tell(line, Wrong(f"a circle: {chain}", "take one of them out"))
            return None
        if len(self._opening) >= MOST_INCLUDED:
            tell(line, Wrong(f"more than {MOST_INCLUDED} files include each other", "take some out"))
            return None
        if path not in self._included:
            self._opening.append(file)
            try:
                self._included[path] = self._read_included(path, line, tell)
            finally:
                self._opening.pop()
        return self._included[path]

    def _read_included(self, path: str, line: int, tell: Tell) -> _Beginning | None:
        accounts: list[Account] = []
        steps: list[Step] = []
        names: dict[str, None] = {}
        count = 0
        try:
            content = self.files.read(path)
        except UsageProblem as problem:
            tell(line, Wrong(f"include: {problem.message}", "it is looked for beside this file"))
            return None
        wrongs: list[int] = []

        def told(line: int, wrong: Wrong) -> None:
            wrongs.append(line)
            self._tell(path, line, wrong)

        try:
            for node in documents(content):
                count += 1
                if not isinstance(node, Table):
                    told(node.line, Wrong(f"a scenario is a mapping, not {kind_of(node)}", "with a name and steps"))
                    continue
                if MATRIX in node.entries:
                    told(
                        node.line_of(MATRIX),
                        Wrong("a file that is included has no matrix", "the one that includes it may"),
                    )
                    continue
                beginning = self._beginning(path, node, told)
                if len(steps) + len(beginning.steps) > LONGEST_SCENARIO:
                    told(node.line, _TOO_LONG)
                    break
                wrongs += [] if beginning.is_whole else [node.line]
                reader = StepReader(path, self._folders(path, node, told), self.forms, self.files.checks())
                accounts += [*beginning.accounts, *self._accounts(reader, node, told)]
                names.update(dict.fromkeys(beginning.names))
                check_references(node, names, len(steps) + len(beginning.steps), told)
                steps += [*beginning.steps, *self._steps(reader, node, len(steps) + len(beginning.steps), told)]
        except Unreadable as error:
            told(error.line, error.wrong)
        if not count:
            tell(line, Wrong(f"include: nothing is in {shown(path)}", "it has accounts or steps"))
        return _Beginning(tuple(accounts), tuple(steps), tuple(names), not wrongs)


def _about(thing: str, wrong: Wrong) -> Wrong:
    colon = "" if wrong.what.startswith("(") else ":"
    return Wrong(f"{thing}{colon} {wrong.what}", str(wrong)[len(wrong.what) + 2 :])


def _without_bodies(node: Table) -> Table:
    """The scenario for its model: what steps, accounts and the matrix hold is read with the commands at hand."""
    shallow = Table(node.line)
    for key, value in node.entries.items():
        is_body = (key == "steps" and isinstance(value, Items)) or (key == "accounts" and isinstance(value, Table))
        shallow.put(node.keys[key], type(value)(value.line) if is_body else value)
    return shallow
