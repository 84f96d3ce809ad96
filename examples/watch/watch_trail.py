#!/usr/bin/env python3
"""Tell a web hook of refused attempts, as they come to be in the trail, and notice a trail that was changed.

    watch_trail.py https://till.example.org/hook                 looks every 5 seconds, until Ctrl-C
    watch_trail.py https://till.example.org/hook --once          looks once: for cron
    watch_trail.py https://till.example.org/hook --once --all    payments and everything else too

It needs Python and nothing else. The wallet is that of SMILEPAY_HOME; the trail comes from `smilepay audit export`,
which writes none that does not verify. How far it came is kept in --state, with the hash of that event: a trail in
which that event is another one, or is gone, was cut or written anew. Each event is sent at least once, in order.
Without a state it begins with what happens from now on. Ends with 0; 1 when the hook did not answer; 31 when the trail
was changed; else with what smilepay ended with.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any

CHANGED = 31
"""As smilepay has it."""
TOLD = ("id", "at", "command", "terminal", "outcome", "reason", "exit", "amount_minor", "currency")
"""What is sent of an event: enough to look it up. Who it was stays in the wallet."""


NOTHING: dict[str, Any] = {"body": {"seq": 0}, "hash": ""}
"""What comes before the first event."""


class Changed(Exception):
    """The trail is not the one that was read before."""


class Unanswered(Exception):
    """The hook is not there, or says no."""


def trail() -> Iterator[dict[str, Any]]:
    """Every event, the oldest first. Raises CalledProcessError where there is no trail that verifies."""
    with subprocess.Popen(["smilepay", "audit", "export"], stdout=subprocess.PIPE, text=True) as export:  # noqa: S607
        assert export.stdout is not None
        for line in export.stdout:
            yield json.loads(line)
    if export.returncode:
        raise subprocess.CalledProcessError(export.returncode, export.args)


def since(events: Iterator[dict[str, Any]], seen: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What comes after the event that was seen last. Raises Changed where that one is no more as it was."""
    found = seen["seq"] == 0
    for event in events:
        number = event["body"]["seq"]
        if number == seen["seq"]:
            if event["hash"] != seen["hash"]:
                raise Changed(f"event {number} is another one than before")
            found = True
        elif number > seen["seq"]:
            yield event
    if not found:
        raise Changed(f"event {seen['seq']} is gone")


def send(url: str, event: dict[str, Any]) -> None:
    """As JSON, by POST. Raises Unanswered."""
    body = json.dumps({name: event["body"].get(name) for name in TOLD}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=10):  # noqa: S310  # the address is that of who runs this
            pass
    except (OSError, HTTPException) as error:
        raise Unanswered(f"{url} did not take event {event['body']['id']}: {error}") from error


def keep(state: Path, event: dict[str, Any]) -> None:
    """In one step, so that a state is never half written."""
    draft = state.with_name(f"{state.name}.new")
    draft.write_text(json.dumps({"seq": event["body"]["seq"], "hash": event["hash"]}), encoding="utf-8")
    draft.replace(state)


def look(url: str, state: Path, *, everything: bool) -> int:
    """Send what is new; how many that were. The first look only remembers where the trail ends."""
    if not state.exists():
        newest = NOTHING
        for event in trail():
            newest = event
        keep(state, newest)
        return 0
    sent = 0
    # All of it is read before anything is sent: a hook must hear of nothing that does not verify.
    for event in list(since(trail(), json.loads(state.read_text(encoding="utf-8")))):
        if everything or event["body"]["outcome"] != "done":
            send(url, event)
            sent += 1
        keep(state, event)
    return sent


def main(arguments: list[str]) -> int:
    """Look, again and again, or once."""
    parser = argparse.ArgumentParser(description="Tell a web hook of what is in the audit trail.")
    parser.add_argument("url")
    parser.add_argument("--state", type=Path, default=Path("trail.seen"), help="default: trail.seen")
    parser.add_argument("--every", type=float, default=5, metavar="SECONDS")
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--all", action="store_true", help="not only what was refused")
    asked = parser.parse_args(arguments)
    clone = Path(__file__).resolve().parents[2] / ".venv" / "bin"
    os.environ["PATH"] = f"{os.environ.get('PATH', os.defpath)}{os.pathsep}{clone}"
    while True:
        status = 0
        try:
            if sent := look(asked.url, asked.state, everything=asked.all):
                print(f"watch_trail: {sent} sent", flush=True)
        except Changed as changed:
            print(f"watch_trail: the trail was changed: {changed}", file=sys.stderr)
            return CHANGED
        except subprocess.CalledProcessError as error:
            return error.returncode  # smilepay has said why
        except FileNotFoundError:
            print("watch_trail: there is no smilepay here", file=sys.stderr)
            return 2
        except Unanswered as error:
            print(f"watch_trail: {error}; the next look tries again", file=sys.stderr)
            status = 1
        if asked.once:
            return status
        time.sleep(asked.every)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
