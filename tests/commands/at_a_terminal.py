"""A command line of a process of its own, at a terminal: `python -m tests.commands.at_a_terminal ARGUMENTS`.

Standard input, output and error are a pseudo-terminal that the parent made; the engine is the fake one.
"""

from __future__ import annotations

import os
import sys

from smilepay_cli.commands.app import run
from smilepay_cli.commands.environment import Environment
from tests.fakes.fake_engine import FakeEngine

if __name__ == "__main__":
    os.close(os.open(os.ttyname(0), os.O_RDWR))  # a session's first terminal becomes its own: what getpass asks on
    sys.exit(run(sys.argv[1:], Environment(engine=FakeEngine())))
