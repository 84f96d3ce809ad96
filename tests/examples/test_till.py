"""The till: what exit statuses say, and that an answer which got lost charges nobody twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.examples.running import SAMPLES, THE_PROGRAM, Desk


@pytest.fixture
def wallet(desk: Desk) -> dict[str, str]:
    """lin is enrolled, with 10.00 EUR."""
    variables = {"SMILEPAY_HOME": str(desk.folder / "wallet"), "SMILEPAY_KEY_STORE": "file", "WAIT": "0"}
    desk.smilepay("enroll", "lin", "--image", str(SAMPLES / "lin" / "1.jpg"), "--deposit", "10", variables=variables)
    return variables


def balance(desk: Desk, wallet: dict[str, str]) -> str:
    return desk.smilepay("wallet", "balance", "lin", variables=wallet).strip()


def test_sales_are_told_by_what_they_came_to(desk: Desk, wallet: dict[str, str]) -> None:
    """Pictures with blanks in their names, lines to pass over, and a last line without an end."""
    (desk.folder / "a smile.jpg").write_bytes((SAMPLES / "lin" / "5.jpg").read_bytes())
    sales = f"# morning\n2.50 a smile.jpg\n\n1 a smile.jpg\n1 {SAMPLES}/grace/1.jpg\n20 {SAMPLES}/lin/6.jpg\n1 none.jpg"
    done = desk.run("till/till.sh", stdin=sales, MERCHANT="cafe", **wallet)
    told = [line.rpartition(": ")[2] for line in done.stdout.splitlines() if line.startswith("sale ")]
    assert told == [
        "paid", "no new, live smile", "not recognised", "not enough money", "not settled, exit status 2"
    ]  # fmt: skip
    assert done.returncode == 1, "a picture that is not there is for somebody to look at"
    assert "5 sales: 1 paid, 3 refused, 1 not settled" in done.stdout
    assert balance(desk, wallet) == "lin: 7.50 EUR"


def test_a_lost_answer_charges_once(desk: Desk, wallet: dict[str, str]) -> None:
    """The program pays and is killed before it can say so. Asked again with the same key, it says what it did."""
    mark = desk.folder / "killed"
    words = " ".join(THE_PROGRAM)
    once = f'{words} "$@"\nstatus=$?\n[ -e "{mark}" ] || {{ : >"{mark}"; kill -9 $$; }}\nexit $status'
    done = desk.run("till/till.sh", stdin=f"2.50 {SAMPLES}/lin/5.jpg\n", program=once, **wallet)
    assert mark.exists() and done.returncode == 0, done.stdout
    assert "sale 1: 2.50 at kiosk: paid" in done.stdout and "1 paid, 0 refused, 0 not settled" in done.stdout
    assert balance(desk, wallet) == "lin: 7.50 EUR"


def test_it_asks_no_more_often_than_it_was_told(desk: Desk) -> None:
    """A store that stays locked is not settled; each sale has a key of its own, and the tries of one share it."""
    log = desk.folder / "log"
    done = desk.run(
        "till/till.sh", stdin="1 a.jpg\n2 camera\n", program=f'echo "$@" >>"{log}"; exit 32', TRIES="2", WAIT="0"
    )
    calls = Path(log).read_text(encoding="utf-8").splitlines()
    assert done.returncode == 1 and "2 sales: 0 paid, 0 refused, 2 not settled" in done.stdout
    assert len(calls) == 4 and calls[0] == calls[1] and calls[2] == calls[3]
    keys = {line.split("--idempotency-key ")[1].split()[0] for line in calls}
    assert len(keys) == 2 and calls[0].endswith("--amount 1 --image a.jpg") and calls[2].endswith("--camera 0")
