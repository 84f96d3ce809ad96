"""The trail and the books as files that others can check without this program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from smilepay_cli.ports import Books
from smilepay_cli.rules import beancount
from smilepay_cli.rules.chain import opened
from smilepay_cli.rules.exports import COLUMNS, cells_of, csv_line, json_line
from smilepay_cli.verbs.till import Till
from smilepay_cli.verbs.verify import SAY_EVERY, WALLET_SETTING, proven
from smilepay_cli.vocabulary.events import StoredEvent
from smilepay_cli.vocabulary.results import Result

Progress = Callable[[int, int], None]

_CHECKS = {
    "jsonl": "each line proves itself: see docs/audit.md",
    "csv": "open it in a spreadsheet",
    "beancount": "bean-check FILE",
}


@dataclass(frozen=True, kw_only=True)
class ExportResult(Result):
    """What was written: `rows` are events, or transactions of a beancount file. `file` None is standard output."""

    format: str
    file: str | None
    rows: int
    check: str


def export(
    till: Till, form: str, write: Callable[[Iterable[bytes]], str | None], progress: Progress | None = None
) -> ExportResult:
    """Write all of it as `jsonl`, `csv` or `beancount`, from one view of the wallet; streams.

    `write` takes the bytes and says which file they are in. Raises ChainBroken at an event that is not what was
    written, and, where the books are written, at whatever in them no event tells of: nothing is exported as good that
    is not.
    """
    rows = _Counter(progress)
    with till.store.reading() as books:
        rows.total = books.trail.count()
        lines = {"jsonl": _json_lines, "csv": _csv_lines, "beancount": _beancount}[form](books, rows)
        file = write(line.encode() for line in lines)
    return ExportResult(format=form, file=file, rows=rows.count, check=_CHECKS[form].replace("FILE", file or "FILE"))


class _Counter:
    """How far it is."""

    def __init__(self, progress: Progress | None) -> None:
        self.count = 0
        self.total = 0
        self._progress = progress

    def one_more(self) -> None:
        self.count += 1
        if self.count % SAY_EVERY == 0:
            self.say(self.count, self.total)

    def say(self, done: int, total: int) -> None:
        if self._progress:
            self._progress(done, total)


def _json_lines(books: Books, rows: _Counter) -> Iterator[str]:
    last: list[StoredEvent] = []

    def seen() -> Iterator[StoredEvent]:
        for row in books.trail.stored():
            last[:] = [row]
            yield row

    for _ in opened(seen()):
        rows.one_more()
        yield json_line(last[0])


def _csv_lines(books: Books, rows: _Counter) -> Iterator[str]:
    yield csv_line(COLUMNS)
    for event in opened(books.trail.stored()):
        rows.one_more()
        yield csv_line(cells_of(event))


def _beancount(books: Books, rows: _Counter) -> Iterator[str]:
    names = beancount.names_of(books.facts.accounts())
    proof = proven(books, progress=rows.say)  # the books stand under the trail's hash, so they have to be what it tells
    wallet = books.settings.get(WALLET_SETTING) or "without a name"
    currencies = sorted({currency for _, currency in names.values()})
    yield beancount.head(wallet, proof.count, proof.head, currencies)
    period = books.facts.period()
    if period is None:
        return
    first_at, last_at = period
    for account_id, (name, currency) in names.items():
        yield beancount.opening(first_at[:10], account_id, name, currency)
    yield "\n"
    for hold in books.facts.holds():
        yield beancount.payment(hold, names)
    rows.total = books.facts.transaction_count()
    for transaction, event_id in books.ledger.transactions():
        rows.one_more()
        yield beancount.transaction(transaction, event_id, names)
    sums = {account: minor for account, _, minor in books.facts.sums()}
    for account_id, (name, currency) in names.items():
        yield beancount.balance(last_at, name, sums.get(account_id, 0), currency)
