"""Run one command: progress, the result rendered once, and every way it can end mapped to an exit status."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TextIO

from smilepay_cli.commands.call import Call
from smilepay_cli.rules.libraries import unloadable
from smilepay_cli.vocabulary.errors import ChainBroken, ExitStatus, SmilepayError, StoreUnusable
from smilepay_cli.vocabulary.language import marked, tr
from smilepay_cli.vocabulary.results import Result

INTERNAL_HINT = marked("this is a bug: please report this line; SMILEPAY_DEBUG=1 shows where it happened")


def perform(call: Call, path: str, body: Callable[[], Result]) -> int:
    """The exit status of a command, after everything was said."""
    try:
        with _progress(call, path):
            result = body()
            if result.exit is ExitStatus.INTERNAL:  # a check that failed, and so a refusal
                _require_whole(call)
        try:
            _tell(call, path, result)
        except OSError:  # full, or the reader is gone: what was done is done
            _point_nowhere(call.environment.stdout)
            _point_nowhere(call.environment.stderr)
        return int(result.exit)
    except KeyboardInterrupt:
        return fail(call, path, ExitStatus.INTERRUPTED, "interrupted", tr("interrupted; nothing was left half done"))
    except SmilepayError as error:
        return fail(call, path, error.exit, error.reason, error.message, error.hint)
    except Exception as error:
        try:
            _require_whole(call)
        except SmilepayError as broken:
            return fail(call, path, broken.exit, broken.reason, broken.message, broken.hint)
        return fail_as_bug(call, path, error)
    finally:
        call.close()


def _require_whole(call: Call) -> None:
    """Something failed that nobody foresaw: before it is called a bug, look whether the wallet is what was written.

    Rows that somebody changed may hold anything, and whoever reads them last stumbles. Raises ChainBroken with the
    first thing that is wrong, StoreUnusable.
    """
    from smilepay_cli.verbs.verify import verify

    if not call.has_till:
        return
    try:
        verify(call.till)
    except (ChainBroken, StoreUnusable) as error:
        error.hint = error.hint or "see: smilepay audit verify"
        raise
    except Exception:  # it cannot be told: then it is what it looked like
        return


def fail(call: Call, path: str, status: ExitStatus, reason: str, message: str, hint: str | None = None) -> int:
    """Say in one line what is wrong and in another what to do; the same as JSON when asked for."""
    try:
        if call.shared.json or call.environment.overhear:
            from smilepay_cli.render.envelope import envelope_of_error

            _document(call, envelope_of_error(path, status, reason, message, hint, call.warnings))
        if not call.shared.json:
            from smilepay_cli.render.text import error_lines

            _warn(call)
            print(error_lines(message, hint), file=call.environment.stderr)
    except OSError:
        _point_nowhere(call.environment.stdout)
        _point_nowhere(call.environment.stderr)
    return int(status)


def fail_as_bug(call: Call, path: str, error: Exception) -> int:
    """A bug of ours, in one line; with SMILEPAY_DEBUG it goes on up instead, with where it happened.

    Not a bug: an installation that lacks a library.
    """
    if call.environment.variables.get("SMILEPAY_DEBUG"):
        raise error
    if problem := unloadable(error):
        return fail(call, path, problem.exit, problem.reason, problem.message, problem.hint)
    message = tr("internal error: {name}: {error}", name=type(error).__name__, error=error).replace("\n", " ")
    return fail(call, path, ExitStatus.INTERNAL, "internal_error", message, tr(INTERNAL_HINT))


def _tell(call: Call, path: str, result: Result) -> None:
    if call.shared.json or call.environment.overhear:
        from smilepay_cli.render.envelope import envelope_of_result

        _document(call, envelope_of_result(path, replace(result, warnings=(*result.warnings, *call.warnings))))
    if call.shared.json:
        return
    _warn(call)
    from smilepay_cli.render.people import show

    environment = call.environment
    if result.is_told_quietly or not call.shared.quiet:
        is_refused = result.refusal and not result.is_report
        show(
            result,
            environment.stderr if is_refused else environment.stdout,
            color=call.wants_color,
            plain=call.is_plain,
        )
    environment.stdout.flush()


def _warn(call: Call) -> None:
    for warning in call.warnings:
        print(tr("smilepay: warning: {warning}", warning=warning), file=call.environment.stderr)


def _document(call: Call, document: str) -> None:
    """Print the envelope where it was asked for, and tell it to whoever listens."""
    if call.environment.overhear:
        call.environment.overhear(document)
    if call.shared.json:
        _print(call, document)


def _print(call: Call, document: str) -> None:
    try:
        document.encode(getattr(call.environment.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        import json

        document = json.dumps(json.loads(document), indent=2)  # the same document in ASCII
    print(document, file=call.environment.stdout)
    call.environment.stdout.flush()


@contextmanager
def _progress(call: Call, path: str) -> Iterator[None]:
    """A spinner for commands that look at a face, on a terminal only."""
    stderr = call.environment.stderr
    quiet = call.shared.json or call.shared.quiet or call.is_plain or not call.environment.wants_color
    if quiet or not stderr.isatty() or path not in _LOOKING:
        yield
        return
    from rich.console import Console

    with Console(file=stderr, no_color=call.shared.no_color).status(tr(_LOOKING[path])) as status:

        @contextmanager
        def stopped() -> Iterator[None]:
            status.stop()
            try:
                yield
            finally:
                status.start()

        call.over_spinner.append(lambda line: status.console.print(line, markup=False, highlight=False))
        call.without_spinner.append(stopped)
        call.reword_spinner.append(status.update)
        call.stop_spinner.append(status.stop)
        try:
            yield
        finally:
            call.over_spinner.clear()
            call.without_spinner.clear()
            call.reword_spinner.clear()
            call.stop_spinner.clear()


_LOOKING = {
    "enroll": marked("Looking at the face ..."),
    "shop": marked("Looking at the shopper ..."),
    "pay": marked("Looking at the payer ..."),
    "audit": marked("Reading the trail ..."),
    "audit rescore": marked("Looking at the kept frames ..."),
    "audit verify": marked("Recomputing the chain ..."),
    "audit checkpoint": marked("Recomputing the chain ..."),
    "audit export": marked("Writing the trail ..."),
    "audit report": marked("Reading the trail ..."),
    "wallet backup": marked("Copying the wallet ..."),
    "wallet restore": marked("Reading the backup ..."),
    "forge": marked("Looking at the pictures ..."),
    "calibrate": marked("Looking at the pictures ..."),
    "replay": marked("Getting ready ..."),
    "run": marked("Reading the scenarios ..."),
    "cameras": marked("Looking through the cameras ..."),
    "doctor": marked("Trying everything out ..."),
    "accounts lookalikes": marked("Comparing everybody with everybody ..."),
}


def _point_nowhere(stream: TextIO) -> None:
    """Nobody can read this any more; what is left in it must not make the exit loud or another one."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
