"""In CI a skipped test is a failure: the real engine is either there and tested, or the run is red."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Turn a green run with skips red where CI is set."""
    reporter: TerminalReporter | None = session.config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get("CI") or reporter is None or exitstatus != pytest.ExitCode.OK:
        return
    if skipped := reporter.stats.get("skipped"):
        reporter.ensure_newline()
        reporter.write_line(f"{len(skipped)} skipped: a failure in CI", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
