"""The watcher: a hook hears of refusals once each, and of a trail that was cut the watcher itself speaks up."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.examples.running import Desk

WATCH = "watch/watch_trail.py"


class Hook:
    """A server that takes what is posted, or says that it is broken."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.is_broken = False
        self.url = ""

    @contextmanager
    def serving(self) -> Iterator[Hook]:
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if not hook.is_broken:
                    hook.heard.append(json.loads(body))
                self.send_response(503 if hook.is_broken else 204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Nobody reads it."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook().serving() as hook:
        yield hook


@pytest.fixture
def wallet(desk: Desk) -> dict[str, str]:
    return {"SMILEPAY_HOME": str(desk.folder / "wallet"), "SMILEPAY_KEY_STORE": "file"}


def deposit(desk: Desk, wallet: dict[str, str]) -> None:
    desk.smilepay("wallet", "deposit", "kiosk", "5", variables=wallet)


def refuse(desk: Desk, wallet: dict[str, str]) -> None:
    """A withdrawal that nobody has the money for."""
    done = desk.run_program("wallet", "withdraw", "kiosk", "500", variables=wallet)
    assert done.returncode == 20, done.stderr


def test_a_hook_hears_of_each_refusal_once(desk: Desk, wallet: dict[str, str], hook: Hook) -> None:
    """Not of what was before, not of what was done; and again where the hook did not take it."""

    def look(*options: str) -> int:
        return desk.run(WATCH, hook.url, "--once", *options, **wallet).returncode

    deposit(desk, wallet)
    refuse(desk, wallet)
    assert look() == 0 and hook.heard == []
    refuse(desk, wallet)
    deposit(desk, wallet)
    hook.is_broken = True
    assert look() == 1 and hook.heard == []
    hook.is_broken = False
    assert look() == 0 and look() == 0
    (told,) = hook.heard
    assert (told["command"], told["reason"], told["exit"], told["amount_minor"]) == (
        "wallet.withdraw", "insufficient_funds", 20, 50000
    )  # fmt: skip
    assert "account" not in told and "payer" not in told
    deposit(desk, wallet)
    assert look("--all") == 0 and [one["outcome"] for one in hook.heard] == ["refused", "done"]


def test_a_trail_that_was_cut_is_noticed(desk: Desk, wallet: dict[str, str], hook: Hook) -> None:
    """An older copy in the wallet's place verifies by itself; the watcher knows that there was more."""
    deposit(desk, wallet)
    home = Path(wallet["SMILEPAY_HOME"])
    older = shutil.copytree(home, desk.folder / "older")
    deposit(desk, wallet)
    assert desk.run(WATCH, hook.url, "--once", **wallet).returncode == 0
    shutil.rmtree(home)
    shutil.copytree(older, home)
    cut = desk.run(WATCH, hook.url, "--once", **wallet)
    assert cut.returncode == 31 and "event 2 is gone" in cut.stdout
    refuse(desk, wallet)
    another = desk.run(WATCH, hook.url, "--once", **wallet)
    assert another.returncode == 31 and "event 2 is another one than before" in another.stdout
    assert hook.heard == []


def test_a_trail_that_does_not_verify_is_not_told(desk: Desk, wallet: dict[str, str], hook: Hook) -> None:
    """smilepay says why, and its status goes on up; the state stays where it was."""
    deposit(desk, wallet)
    assert desk.run(WATCH, hook.url, "--once", **wallet).returncode == 0
    state = (desk.folder / "trail.seen").read_bytes()
    broken = desk.run(WATCH, hook.url, "--once", program="echo broken >&2; exit 31", **wallet)
    assert broken.returncode == 31 and broken.stdout == "broken\n"
    assert (desk.folder / "trail.seen").read_bytes() == state and hook.heard == []
