"""One call of a command: what was given, and the parts put together on demand. The composition root."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from smilepay_cli.commands.environment import PLAIN_VARIABLE, Environment, is_terminal
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import tr

if TYPE_CHECKING:
    from smilepay_cli.ports import Cameras, Copies, FaceEngine, FrameSource, Outbox, Signer, Vault, Viewer
    from smilepay_cli.verbs.till import Till
    from smilepay_cli.vocabulary.policies import Policy

T = TypeVar("T")

BETWEEN_WORDS = 0.2
"""Seconds between two lines of progress."""

LONGEST_POLICY_FILE = 65_536
LONGEST_TERMINAL = 64
KEY_STORE_VARIABLE = "SMILEPAY_KEY_STORE"
"""Where the master key is to be kept: `file` or `keyring`. A variable and no option: it belongs to a machine or a job,
and every command has to be told the same."""


@dataclass(frozen=True, slots=True)
class Shared:
    """The options that every command takes."""

    home: str | None = None
    policy: str | None = None
    engine: str | None = None
    terminal: str = "local"
    json: bool = False
    quiet: bool = False
    no_color: bool = False
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """The options that say where a face comes from."""

    image: tuple[str, ...] = ()
    camera: str | None = None
    fps: float | None = None

    @property
    def given(self) -> bool:
        """Whether a source was named."""
        return bool(self.image) or self.camera is not None


@dataclass(frozen=True)
class Call:
    """What a command function works with."""

    environment: Environment
    shared: Shared
    sample: Sample
    warnings: list[str] = field(default_factory=list)
    """What the parts below had to say about this call, for the result."""
    over_spinner: list[Callable[[str], None]] = field(default_factory=list)
    """Writes a line above the spinner, while one turns."""
    without_spinner: list[Callable[[], AbstractContextManager[None]]] = field(default_factory=list)
    """Stops the spinner for a while, while one turns."""
    reword_spinner: list[Callable[[str], None]] = field(default_factory=list)
    """Says something else beside the spinner, while one turns."""
    stop_spinner: list[Callable[[], None]] = field(default_factory=list)
    """Ends the spinner, while one turns, for something else that draws on the terminal."""
    bill: list[str] = field(default_factory=list)
    """What is to be paid, in words, for whoever looks at the live view."""

    @property
    def is_plain(self) -> bool:
        """Whether results are heard rather than looked at."""
        return self.shared.plain or bool(self.environment.variables.get(PLAIN_VARIABLE))

    @property
    def wants_color(self) -> bool:
        """Whether anything may be in colour."""
        return self.environment.wants_color and not self.shared.no_color

    @cached_property
    def home(self) -> Path:
        """The folder of the wallet; nothing is made here."""
        if self.shared.home is not None:
            if not self.shared.home:
                raise UsageProblem(tr("--home needs a folder"))
            return _absolute(self.shared.home)
        from platformdirs import user_data_path

        return _absolute(str(user_data_path("smilepay", appauthor=False)))

    @cached_property
    def policy(self) -> Policy:
        """The policy of this call."""
        name = self.shared.policy or "standard"
        if not name.endswith(".toml"):
            return self.profile(name)
        from smilepay_cli.rules.policy_files import extend

        return extend(_toml(Path(name)), Path(name).name, self._scheme)

    def profile(self, name: str) -> Policy:
        """A named policy, with the numbers of the engine's scheme."""
        from smilepay_cli.rules.profiles import profile

        return profile(name, self._scheme)

    @cached_property
    def till(self) -> Till:
        """Everything a verb needs; nothing is opened yet."""
        from dataclasses import replace

        return replace(self.till_at(self.home, self.policy), viewer=lambda: self.viewer)

    @property
    def has_till(self) -> bool:
        """Whether it was put together already."""
        return "till" in self.__dict__

    @property
    def till_without_choice(self) -> Till:
        """The till, with the key taken from wherever it is: for moving it to where the variable wants it."""
        from dataclasses import replace

        return replace(self.till, vault=self.vault_at(self.home, None))

    def till_with(self, pad_model: str | None) -> Till:
        """The till, with a PAD model from a file where one is named. Raises UsageProblem for one that is unusable."""
        if pad_model is None:
            return self.till
        from dataclasses import replace

        from smilepay_cli.adapters.pad.network import load_pad_model

        return replace(self.till, pad=load_pad_model(Path(pad_model)))

    @property
    def looking_till(self) -> Till:
        """A till whose engine and vault write nothing anywhere; its store is still the ordinary one."""
        vault = self.vault_at(self.home, self._key_store, looking=True)
        return self.till_at(self.home, self.policy, vault=vault, looking=True)

    def till_at(self, home: Path, policy: Policy, *, vault: Vault | None = None, looking: bool = False) -> Till:
        """Put one till together out of the real parts; the vault is `vault_at`'s unless another is given."""
        from smilepay_cli.adapters.faces.engines import engine_name, open_engine
        from smilepay_cli.adapters.gallery_file import PackedGalleryFile
        from smilepay_cli.adapters.later import EngineLater
        from smilepay_cli.adapters.packaged import CatalogueFile
        from smilepay_cli.adapters.pins import Argon2Pins
        from smilepay_cli.adapters.store.wallet import SqliteStore
        from smilepay_cli.verbs.till import Till

        environment, named = self.environment, engine_name(self.shared.engine)

        def engine() -> FaceEngine:
            say, warn = self.say, self.warnings.append
            return open_engine(named, policy.scheme, environment.variables, say=say, warn=warn, looking=looking)

        kept, memory = environment.engines(named, policy.scheme) if environment.engines else (None, None)
        return Till(
            store=SqliteStore(home, warn=self.warnings.append),
            engine=environment.engine or kept or EngineLater(engine),
            vault=vault or self.vault_at(home, self._key_store),
            packed=PackedGalleryFile(home),
            pins=Argon2Pins(),
            catalogue=CatalogueFile(home),
            clock=environment.clock,
            ids=environment.ids,
            policy=policy,
            terminal=self._terminal(),
            memory=memory,
        )

    def vault_at(self, home: Path, wanted: str | None, *, looking: bool = False) -> Vault:
        """The vault of a wallet, with every store that a key may be in."""
        from smilepay_cli.adapters.key_stores import FILE, KEYRING, FileKeys, RingKeys
        from smilepay_cli.adapters.keys import WalletVault

        return WalletVault({FILE: FileKeys(home), KEYRING: RingKeys(_within, looking=looking)}, wanted)

    @cached_property
    def source(self) -> FrameSource:
        """Where the face comes from."""
        from smilepay_cli.adapters.capture.sources import open_source

        return open_source(
            self.sample.image,
            self.sample.camera,
            fps=self.sample.fps,
            seconds=self.policy.capture_seconds,
            stdin=self.environment.stdin_bytes,
            clock=self.environment.clock,
        )

    @property
    def engine(self) -> FaceEngine:
        """The face engine of this call; nothing is loaded, and no wallet opened for it."""
        return self.till.engine

    @property
    def cameras(self) -> Cameras:
        """The cameras of this machine."""
        from smilepay_cli.adapters.capture.devices import MachineCameras

        return self.environment.cameras or MachineCameras(self.environment.clock)

    @cached_property
    def viewer(self) -> Viewer:
        """Who is shown the capture while it is watched."""
        from smilepay_cli.commands.viewers import viewer_for

        return viewer_for(self)

    def progress(self, doing: str) -> Callable[[int, int], None]:
        """Says beside the spinner how far it is, where one turns."""

        def tell(done: int, total: int) -> None:
            for reword in self.reword_spinner:
                reword(f"{doing} {done:,} of {total:,} ...")

        return tell

    def timed_progress(self, doing: str, first: int = 0) -> Callable[[int, int], None]:
        """The same with a bar, the rate and the time left; the `first` were done before. A few times a second."""
        if not self.reword_spinner:
            return lambda *_: None
        from smilepay_cli.render.progress import line

        monotonic = self.environment.clock.monotonic
        begun = told = monotonic()

        def tell(done: int, total: int) -> None:
            nonlocal told
            now = monotonic()
            if now - told >= BETWEEN_WORDS or done == total:
                told = now
                for reword in self.reword_spinner:
                    reword(line(doing, done, total, now - begun, first=first))

        return tell

    @property
    def signer(self) -> Signer:
        """The key that checkpoints are signed with; not read yet."""
        from smilepay_cli.adapters.signing import VaultSigner

        return VaultSigner(self.till.vault)

    @property
    def outbox(self) -> Outbox:
        """Where files for people go."""
        from smilepay_cli.adapters.outbox import FolderOutbox

        return FolderOutbox(self.home)

    @property
    def copies(self) -> Copies:
        """Backups of the wallet."""
        from smilepay_cli.adapters.store.copies import WalletCopies

        return WalletCopies(self.home, self.warnings.append)

    def close(self) -> None:
        """Let go of the wallet, where it was opened."""
        if self.has_till:
            self.till.store.close()

    def say(self, news: str) -> None:
        """Tell people on standard error what takes time."""
        if self.shared.quiet:
            return
        line = f"smilepay: {news}"
        if self.over_spinner:
            self.over_spinner[-1](line)
        else:
            print(line, file=self.environment.stderr, flush=True)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """No spinner turns meanwhile."""
        with ExitStack() as stack:
            for pause in self.without_spinner:
                stack.enter_context(pause())
            yield

    def end_spinner(self) -> None:
        """None turns in this call any more: somebody wants lines and nothing else."""
        for stop in self.stop_spinner:
            stop()
        for others in (self.over_spinner, self.without_spinner, self.reword_spinner, self.stop_spinner):
            others.clear()

    def again(self) -> Call:
        """The same call with another capture to come: its source and its viewer are new, its wallet is not."""
        from dataclasses import replace

        other = replace(self)
        vars(other)["till"] = replace(self.till, viewer=lambda: other.viewer)
        return other

    def asker(self, question: str) -> Callable[[], str | None] | None:
        """Asks for a secret in the middle of a call; None where nobody sits at a terminal who wants to be asked.

        An empty answer is none, and so are Ctrl-D and Ctrl-C: whoever was asked does not want to go on.
        """
        stdin, stderr = self.environment.stdin, self.environment.stderr
        if self.shared.json or self.shared.quiet or not (is_terminal(stdin) and is_terminal(stderr)):
            return None

        def ask() -> str | None:
            from getpass import getpass

            with self.paused():
                try:
                    return getpass(f"{question}: ", stream=stderr).strip() or None
                except (EOFError, KeyboardInterrupt, OSError, UnicodeDecodeError):
                    print(file=stderr)  # the question's line is left open
                    return None

        return ask

    def editor(self) -> Callable[[str], None]:
        """Opens a file in the editor that was chosen. Raises UsageProblem where there is none, or no terminal."""
        from smilepay_cli.adapters.editor import chosen_editor, run_editor

        command = chosen_editor(self.environment.variables)
        if not (is_terminal(self.environment.stdin) and is_terminal(self.environment.stdout)):
            raise UsageProblem(
                tr("an editor needs a terminal"),
                hint=tr("change a copy, and give it: smilepay shop --catalogue FILE"),
                reason="no_terminal",
            )

        def edit(path: str) -> None:
            with self.paused():
                run_editor(command, path)

        return edit

    def secret(self, value: str | None, question: str) -> str | None:
        """A PIN as given; `-` reads it from standard input, hidden on a terminal."""
        if value != "-":
            return value
        stdin = self.environment.stdin
        try:
            if is_terminal(stdin):
                from getpass import getpass

                return getpass(f"{question}: ", stream=self.environment.stderr)
            typed = stdin.readline().strip() if stdin is not None and not stdin.closed else ""
        except (EOFError, OSError, UnicodeDecodeError):
            typed = ""
        if not typed:
            raise UsageProblem(tr("no PIN was given"), hint=tr("type it, or pipe it in: --pin - < FILE"))
        return typed

    @property
    def _key_store(self) -> str | None:
        """The explicit choice of where keys are kept."""
        chosen = self.environment.variables.get(KEY_STORE_VARIABLE) or None
        if chosen not in (None, "file", "keyring"):
            raise UsageProblem(
                tr("{key_store_variable} is {chosen!a}", key_store_variable=KEY_STORE_VARIABLE, chosen=chosen),
                hint=tr("file or keyring; unset, the wallet says where its key is"),
            )
        return chosen

    @cached_property
    def _scheme(self) -> str:
        from smilepay_cli.adapters.faces.engines import default_scheme

        engine = self.environment.engine
        return engine.maker.scheme if engine else default_scheme(self.shared.engine)

    def _terminal(self) -> str:
        terminal = self.shared.terminal
        if not 1 <= len(terminal) <= LONGEST_TERMINAL or not terminal.isprintable():
            raise UsageProblem(
                tr("--terminal needs 1 to {longest_terminal} printable characters", longest_terminal=LONGEST_TERMINAL)
            )
        return terminal


def _within(work: Callable[[], T], seconds: float | None = None) -> T:
    from smilepay_cli.verbs.deadline import within

    return within(work, seconds)


def _absolute(folder: str) -> Path:
    try:
        return Path(folder).expanduser().absolute()
    except (RuntimeError, OSError) as error:  # no such user; a working directory that is gone
        raise UsageProblem(
            tr("--home {folder!a}: {error}", folder=folder, error=error), hint=tr("give a whole path")
        ) from None


def _toml(path: Path) -> dict[str, object]:
    import tomllib

    try:
        if path.stat().st_size > LONGEST_POLICY_FILE or not path.is_file():
            raise UsageProblem(tr("policy file {path} is no small regular file", path=path), reason="bad_policy")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageProblem(
            tr("policy file {path} cannot be read: {strerror}", path=path, strerror=error.strerror or error),
            reason="bad_policy",
        ) from None
    except (ValueError, RecursionError) as error:
        raise UsageProblem(
            tr("policy file {path} is not TOML: {error}", path=path, error=error), reason="bad_policy"
        ) from None
