"""After `accounts forget` nothing of a person is in any byte of the home, and everything else is.

The search looks for what is in clear (name, PIN hash) and for what is locked (ciphertexts, wrapped keys), and is shown
to find both before. What must never be there at all (templates, mouths, frames) is looked for too, in the forms it
could have: numbers of two widths, pixels, PNG.
"""

from __future__ import annotations

import sqlite3
import unicodedata
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from smilepay_cli.adapters.home import InUse
from smilepay_cli.adapters.key_stores import KEYRING, RingKeys
from smilepay_cli.adapters.store.copies import WalletCopies
from smilepay_cli.render.report import page
from smilepay_cli.rules.gallery import LENGTH
from smilepay_cli.rules.still import as_png
from smilepay_cli.verbs import gallery, payments
from smilepay_cli.verbs.accounts import LOG_IN_USE, forget, set_pin
from smilepay_cli.verbs.audit import verify
from smilepay_cli.verbs.copies import backup, restore
from smilepay_cli.verbs.deadline import within
from smilepay_cli.verbs.keys import change_key
from smilepay_cli.verbs.policy import set_floor
from smilepay_cli.verbs.report import report
from smilepay_cli.verbs.shop import shop
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.faces import pixel_digest
from tests.fakes.fake_engine import picture
from tests.fakes.keyrings import FOLDER, KeepingKeyring
from tests.fakes.source import PictureSource
from tests.verbs.conftest import Scene, relaxed

NAME = "Annabella Größe-Ölund"
KEY = f"order 17 of {NAME}"
"""An idempotency key: facts stay, so it must not."""
KEEPING = replace(relaxed(keep_frames=10**6), name="keeping")
BYSTANDERS = [f"person {number:02}" for number in range(40)]
SELFIE = picture(NAME, smile=True, noise=901)


@pytest.fixture
def busy(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Many people with one in the middle, whose rows share pages with others'; a packed gallery; kept frames."""
    monkeypatch.setattr(gallery, "PACK_FROM", 10)
    for number, person in enumerate([*BYSTANDERS[:20], NAME, *BYSTANDERS[20:]]):
        scene.enroll(person, pin="2468" if person == NAME else None, deposit="50" if number % 10 == 0 else None)
    scene.enroll(NAME, deposit="100", ask_pin=lambda: "2468")
    set_pin(scene.till(), NAME, "1357")
    paid = scene.pay(NAME, policy=KEEPING, source=PictureSource(SELFIE), amount="3", merchant="kiosk", key=KEY)
    assert paid.outcome == "done"
    scene.pay("stranger", policy=KEEPING, amount="3", merchant="kiosk")
    scene.pay("stranger", policy=KEEPING, amount="3", merchant="kiosk", account=NAME)
    scene.pay(BYSTANDERS[0], policy=KEEPING, amount="3", merchant="kiosk")
    shop(scene.till(), ("latte",), scene.selfie(NAME))
    with scene.store.writing() as books:
        found = books.people.by_name(NAME)
        assert found is not None
        books.slots.take("evt_left_over", "local", found.account_id, scene.clock.now())
    return scene


def in_clear(scene: Scene) -> dict[str, bytes]:
    """What the files show of the person to whoever reads them without a key."""
    with scene.store.reading() as books:
        person = books.people.by_name(NAME)
        assert person is not None and person.pin_hash is not None
        (folded,) = books.people._db.execute(
            "SELECT name_key FROM people WHERE account_id = ?", (person.account_id,)
        ).fetchone()
        return {"name": NAME.encode(), "folded name": folded.encode(), "PIN hash": person.pin_hash.encode()}


def locked(scene: Scene) -> dict[str, bytes]:
    """Ciphertexts of the person, and of those whom nobody recognised: in the file before, as far as one page of it."""
    with scene.store.reading() as books:
        person = books.people.by_name(NAME)
        assert person is not None
        assert person.salt is not None
        found = {"wrapped key": person.wrapped_key, "salt of the name": person.salt}
        for number, reference in enumerate(books.people.references(person.account_id)):
            found[f"reference {number}"] = reference.sealed[:200]
        rows = books.kept._db.execute(
            "SELECT sealed FROM kept_frames WHERE account_id = ? OR account_id IS NULL", (person.account_id,)
        )
        found |= {f"kept frame {number}": sealed[:400] for number, (sealed,) in enumerate(rows)}
        for name in ("secret_frames", "gallery_key"):
            found[name] = (books.settings.get(name) or "").encode()
    packed = (scene.home / "gallery.packed").read_bytes()
    return {**found, "packed gallery": packed[1000:1400]}


def never_there(scene: Scene) -> dict[str, bytes]:
    """What lies in no file at any time, in every form that it could have."""
    found: dict[str, bytes] = {}
    with scene.store.reading() as books:
        till = scene.till()
        person = books.people.by_name(NAME)
        assert person is not None
        till.vault.unlock(books.settings, create=False)
        for number, sealed in enumerate(books.people.references(person.account_id)):
            numbers = np.frombuffer(till.vault.open(person, sealed.sealed, sealed.reference_id), "<f8")
            for layout in ("<f8", "<f4", ">f8", ">f4"):
                written = numbers.astype(layout)
                found[f"template {number} {layout}"] = written[: LENGTH // 4].tobytes()
                found[f"mouth {number} {layout}"] = written[LENGTH:].tobytes()
    found["idempotency key"] = KEY.encode()
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        for coding in ("utf-16-le", "utf-16-be", "utf-32-le"):
            found[f"name {form} {coding}"] = unicodedata.normalize(form, NAME).encode(coding)
    found["name upside"] = NAME.upper().encode()
    found["name decomposed"] = unicodedata.normalize("NFD", NAME).encode()
    png = as_png(SELFIE)
    found |= {"pixels": SELFIE[10:14].tobytes(), "pixels BGR": SELFIE[10:14, :, ::-1].tobytes(), "PNG": png[:64]}
    found["PNG data"] = png[60:160]
    assert all(len(secret) >= 12 for secret in found.values())
    return found


def bytes_of(home: Path) -> dict[str, bytes]:
    """Every file of the home, with the log while it is there, and file names too."""
    files = {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}
    return {**files, "file names": "\n".join(files).encode()}


def where(secrets: dict[str, bytes], home: Path) -> dict[str, list[str]]:
    """Of each secret that is found somewhere, the files in which it is."""
    files = bytes_of(home)
    places = {what: [name for name, data in files.items() if secret in data] for what, secret in secrets.items()}
    return {what: found for what, found in places.items() if found}


def others(scene: Scene) -> tuple[object, ...]:
    """What forgetting must leave alone: everybody else, the money and the chain."""
    with scene.store.reading() as books:
        people = [person for person in books.people.all() if person.name != NAME]
        till = scene.till()
        till.vault.unlock(books.settings, create=False)
        opened = [
            till.vault.open(person, sealed.sealed, sealed.reference_id)
            for person in people
            for sealed in books.people.references(person.account_id)
        ]
        balances = [books.ledger.balance(person.account_id, "EUR", scene.clock.now()).posted.minor for person in people]
        events = [(event.seq, event.hash) for event in reversed(books.trail.latest(10_000))]
        return [person.name for person in people], opened, balances, events


@pytest.fixture(params=["file", "after rotation", "keyring"])
def kept_key(request: pytest.FixtureRequest, busy: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """The wallet with its first key, with one that was changed, and with one in the keyring."""
    monkeypatch.setenv(FOLDER, str(tmp_path))
    monkeypatch.setattr("keyring.core._keyring_backend", KeepingKeyring())
    till = busy.till

    def with_keyring(*arguments: object, **named: object):  # type: ignore[no-untyped-def]  # as Scene.till
        made = till(*arguments, **named)  # type: ignore[arg-type]
        made.vault._stores[KEYRING] = RingKeys(within)  # type: ignore[attr-defined]
        return made

    monkeypatch.setattr(busy, "till", with_keyring)
    if request.param != "file":
        change_key(busy.till(), store="keyring" if request.param == "keyring" else None, rotate=True)
        assert busy.pay(BYSTANDERS[3], amount="3", merchant="kiosk").refusal is not None  # packs the gallery
    return busy


def test_nothing_of_a_forgotten_person_is_left_in_any_byte(kept_key: Scene) -> None:
    """The name, the PIN, the templates, the mouth, the frames and every key to them; the rest is untouched."""
    scene = kept_key
    clear, sealed, never, before = in_clear(scene), locked(scene), never_there(scene), others(scene)
    assert set(where(clear, scene.home)) == set(clear), "the search finds what is in clear"
    assert set(where(sealed, scene.home)) == set(sealed), "the search finds the ciphertexts"
    assert where(never, scene.home) == {}, "in clear at no time"
    result = forget(scene.till(), NAME)
    assert result.outcome == "done" and result.warnings == ()
    assert where({**clear, **sealed, **never}, scene.home) == {}
    scene.store.close()
    assert where({**clear, **sealed, **never}, scene.home) == {}, "nor after the file was closed"
    names, opened, balances, events = others(scene)
    assert (names, opened, balances) == before[:3]
    assert events[: len(before[3])] == before[3]  # type: ignore[arg-type, index]
    verify(scene.till())
    assert scene.pay(BYSTANDERS[10], amount="3", merchant="kiosk").outcome == "done"
    with scene.store.reading() as books:
        assert books.slots.at("local") == []
        assert books.kept.count() == 1, "another person's frame stays"


def test_the_digest_of_a_picture_stays(busy: Scene) -> None:
    """Said in the threat model: who has the same picture can tell that it was presented. It is no picture."""
    forget(busy.till(), NAME)
    assert where({"digest": pixel_digest(SELFIE).encode()}, busy.home) == {"digest": ["wallet.db"]}


def test_with_a_reader_open_it_says_what_is_left_and_it_goes_later(busy: Scene) -> None:
    """The log cannot be emptied under a reader; when that is gone, the next one who forgets or closes empties it."""
    clear, sealed = in_clear(busy), locked(busy)
    reader = sqlite3.connect(busy.home / "wallet.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM events").fetchone()
    with busy.store.reading():
        pass
    assert busy.store._connection is not None
    busy.store._connection.execute("PRAGMA busy_timeout = 50")
    result = forget(busy.till(), NAME)
    assert result.outcome == "done" and result.warnings == (LOG_IN_USE,)
    assert "name" in where(clear, busy.home), "as it said"
    reader.close()
    busy.store.close()
    assert where({**clear, **sealed}, busy.home) == {}


def test_a_page_full_of_people_keeps_nothing_of_those_who_leave(busy: Scene) -> None:
    """Rows are moved about in their pages when others go; none leaves a copy behind."""
    clear, sealed = in_clear(busy), locked(busy)
    for person in BYSTANDERS[::2]:
        forget(busy.till(), person)
    forget(busy.till(), NAME)
    gone = {person: person.encode() for person in BYSTANDERS[::2]}
    assert where({**clear, **sealed, **gone}, busy.home) == {}
    assert set(where({person: person.encode() for person in BYSTANDERS[1::2]}, busy.home)) == set(BYSTANDERS[1::2])
    verify(busy.till())


@pytest.mark.parametrize(
    "typed",
    [
        {"amount": "3", "merchant": NAME},
        {"amount": "3000", "merchant": NAME},
        {"amount": "3", "merchant": NAME, "key": "used"},
        {"order_id": NAME},
        {"order_id": NAME, "key": "used"},
        {"order_id": NAME, "policy": "demo"},
    ],
)
def test_a_name_typed_in_the_wrong_place_is_in_no_event(scene: Scene, typed: dict[str, str]) -> None:
    """As a merchant or an order that there is not: refused for whatever comes first, and never kept as it was typed."""
    scene.enroll(NAME)
    set_floor(scene.till(), "standard")
    scene.pay(NAME, amount="1", merchant="kiosk", key="used")
    with suppress(UsageProblem):
        scene.pay(NAME, **typed)
    for verb in (payments.capture, payments.void, payments.refund):
        with pytest.raises(UsageProblem):
            verb(scene.till(), NAME)
    assert NAME not in str(scene.events())
    assert scene.pay(NAME, amount="3000", merchant="cafe").refusal is not None
    assert scene.events()[-1]["merchants"] == ["cafe"], "a merchant who is one is told, though it was refused"
    assert scene.events()[-1]["amount_minor"] == 300_000


def test_other_files_of_the_home_that_may_hold_the_person_are_named(scene: Scene) -> None:
    """Reports with names, backups, wallets set aside and what a restore left: nobody deletes them unasked, but whoever
    forgets somebody is told. Reports without the name are not.
    """
    name = "O'Hara <& Söhne>"
    scene.enroll(name)
    scene.pay(name, amount="3", merchant="kiosk")
    reports = scene.home / "reports"
    reports.mkdir()
    for file, names in (("with.html", True), ("without.html", False)):
        (reports / file).write_text(page(report(scene.till(), names=names)), encoding="utf-8")
    (scene.home / "page.html").write_bytes((reports / "with.html").read_bytes())
    copies = WalletCopies(scene.home)
    backup(scene.till(), copies, scene.home / "monday.db", force=False, progress=lambda _done, _total: None)
    scene.store.close()
    restore(scene.till(), copies, scene.home / "monday.db", progress=lambda _done, _total: None)
    (scene.home / "notes.txt").write_text("nothing")
    (aside,) = (path.name for path in scene.home.glob("wallet.db.before-restore-*"))
    left = scene.home / "wallet.db.restoring-0a1b2c3d"
    in_use = InUse(scene.home)  # so that nobody sweeps it
    left.write_bytes((scene.home / "monday.db").read_bytes())
    result = forget(scene.till(), name)
    in_use.close()
    (told,) = result.warnings
    assert told.endswith(f"delete monday.db, page.html, reports/with.html, {aside}, {left.name}"), told
    written = {"name": name.encode(), "escaped": b"O&#39;Hara"}
    assert {found for files in where(written, scene.home).values() for found in files} <= {
        "monday.db", "page.html", "reports/with.html", aside, left.name, "wallet.db-wal",
    }  # fmt: skip


def test_what_a_killed_restore_left_goes_with_the_next_call(scene: Scene) -> None:
    """A copy of the whole wallet under a name that nobody looks at; with its log. Not while a restore works on it."""
    scene.enroll(NAME)
    scene.store.close()
    drafts = [scene.home / f"wallet.db.restoring-0a1b2c3d{more}" for more in ("", "-wal", "-shm")]

    def put() -> None:
        for draft in drafts:
            draft.write_bytes(NAME.encode())

    file = _copy(scene)
    put()
    with WalletCopies(scene.home).candidate(file, "stamp", lambda _done, _total: None):
        with scene.elsewhere() as other, other.store.reading():
            pass
        assert len(list(scene.home.glob("*restoring*"))) >= 4, "a restore goes on, and this may be its own"
    put()
    assert scene.balance(NAME) == 10_000
    assert list(scene.home.glob("*restoring*")) == []


def _copy(scene: Scene) -> Path:
    file = scene.home.parent / "copy.db"
    backup(scene.till(), WalletCopies(scene.home), file, force=False, progress=lambda _done, _total: None)
    scene.store.close()
    return file
