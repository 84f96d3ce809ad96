"""What holds for all tests: nothing of the caller's environment, and no skipped test in CI.

The real engine is either there and tested, or the run is red.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from smilepay_cli.adapters.store.wallet import SqliteStore
from tests.measured import LINES

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

for _number, _handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGQUIT, signal.SIG_DFL)):
    if signal.getsignal(_number) is signal.SIG_IGN:
        # Shells start so what runs in the background, and children inherit it: none would reach a program under test.
        signal.signal(_number, _handler)

_OURS = (
    "SMILEPAY_HOME",
    "SMILEPAY_DEBUG",
    "SMILEPAY_KEY_STORE",
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR",
    "COLUMNS",
    "LINES",
    "SMILEPAY_LANG",
    "LC_MESSAGES",
    "LANG",
)


@pytest.fixture(autouse=True, scope="session")
def _own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing of the caller's must show in a test: no wallet, keyring, colour, width, language or time zone; models are
    built anew."""
    cache = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache))
        patch.setenv("SMILEPAY_CACHE", str(cache / "smilepay"))
        for name in _OURS:
            patch.delenv(name, raising=False)
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")  # never the keyring of who runs them
        patch.setenv("TZ", "UTC")
        patch.setenv("LC_ALL", "C.UTF-8")
        patch.setenv("TERM", "xterm-256color")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture(autouse=True)
def _wallets_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """CPython 3.13 warns of a connection that nobody closed; a store opens again when it is used again."""
    opened: list[SqliteStore] = []
    make = SqliteStore.__init__

    def remember(self: SqliteStore, home: Path, **options: Any) -> None:
        make(self, home, **options)
        opened.append(self)

    monkeypatch.setattr(SqliteStore, "__init__", remember)
    yield
    for store in opened:
        store.close()


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Say what the proofs measured."""
    if LINES:
        terminalreporter.section("measured")
        for line in LINES:
            terminalreporter.write_line(line)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Turn a green run with skips red where CI is set."""
    reporter: TerminalReporter | None = session.config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get("CI") or reporter is None or exitstatus != pytest.ExitCode.OK:
        return
    if skipped := reporter.stats.get("skipped"):
        reporter.ensure_newline()
        reporter.write_line(f"{len(skipped)} skipped: a failure in CI", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
