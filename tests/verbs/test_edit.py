"""Changing the catalogue: what is put in force, what is refused, what is kept, and what the trail says of it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from stat import S_IMODE

import pytest

from smilepay_cli.adapters.packaged import CatalogueDraft, CatalogueFile
from smilepay_cli.verbs.audit import verify
from smilepay_cli.verbs.cash import deposit, withdraw
from smilepay_cli.verbs.catalogue import browse
from smilepay_cli.verbs.edit import EditResult, edit, replace_catalogue
from smilepay_cli.verbs.payments import capture
from smilepay_cli.verbs.wallet import statement
from smilepay_cli.vocabulary.errors import ExitStatus, StoreUnusable, UsageProblem
from tests.verbs.conftest import Scene

OURS = CatalogueFile(Path("/nowhere")).read().decode()
DEARER = OURS.replace('price = "3.80"', 'price = "4.00"')


def typing(text: str | Callable[[str], str]) -> Callable[[str], None]:
    """An editor in which somebody types that, and saves in a file of another inode, as editors do."""

    def editor(path: str) -> None:
        before = Path(path).read_text()
        Path(f"{path}~").write_text(text if isinstance(text, str) else text(before))
        Path(f"{path}~").replace(path)

    return editor


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def edited(scene: Scene, old: str, new: str) -> EditResult:
    return edit(scene.till(), typing(lambda text: text.replace(old, new)))


def drafts(scene: Scene) -> list[Path]:
    return sorted(scene.home.glob("catalogue.*.draft.toml"))


def test_the_first_edit_makes_a_copy_of_ours(scene: Scene) -> None:
    """Readable by its owner only, and nothing else is left in the home."""
    result = edited(scene, 'price = "3.80"', 'price = "4.00"')
    own = scene.home / "catalogue.toml"
    assert result.is_changed and result.exit is ExitStatus.DONE
    assert own.read_text() == DEARER and S_IMODE(own.stat().st_mode) == 0o600
    assert browse(scene.till()).catalogue.items["latte"].price.minor == 400
    assert drafts(scene) == []


def test_an_edit_leaves_an_event_with_both_digests(scene: Scene) -> None:
    """What was in force before, and what is now."""
    result = edited(scene, 'price = "3.80"', 'price = "4.00"')
    (event,) = scene.events()
    assert (event["id"], event["command"], event["outcome"]) == (result.events[0], "shop.edit", "done")
    assert event["catalogue"] == {"before": digest(OURS), "after": digest(DEARER)}
    verify(scene.till())


def test_what_changed_is_told(scene: Scene) -> None:
    """Items that came, that went, and prices."""
    result = edited(scene, 'id = "cake"', 'id = "tart"')
    again = edited(scene, 'price = "3.80"', 'price = "4.00"')
    told = {(c.item, c.before and c.before.minor, c.after and c.after.minor) for c in (*result.changes, *again.changes)}
    assert told == {("cake", 420, None), ("tart", None, 420), ("latte", 380, 400)}


def test_nothing_typed_is_nothing_changed(scene: Scene) -> None:
    """No file, no event, no draft."""
    result = edit(scene.till(), lambda path: None)
    assert not result.is_changed and result.events == () and scene.events() == []
    assert not (scene.home / "catalogue.toml").exists() and drafts(scene) == []


def test_an_order_keeps_its_price(scene: Scene) -> None:
    """Made before the edit, paid after it; the next one is at the new price."""
    scene.enroll("ann")
    scene.shop("ann", "latte")
    edited(scene, 'price = "3.80"', 'price = "4.00"')
    assert scene.pay("ann").amount is not None and scene.balance("ann") == 10_000 - 380
    scene.shop("ann", "latte")
    scene.pay("ann")
    assert scene.balance("ann") == 10_000 - 380 - 400


def test_an_order_of_an_item_that_is_gone_can_still_be_paid(scene: Scene) -> None:
    """It was made, at its price; its seller gets the money."""
    scene.enroll("ann")
    scene.shop("ann", "latte")
    edited(scene, 'id = "latte"', 'id = "mocha"')
    assert scene.pay("ann").outcome == "done"
    assert statement(scene.till(), "cafe").balance.posted.minor == 380 - 2


def test_a_seller_who_is_gone_keeps_their_account(scene: Scene) -> None:
    """Statement, capture of what was authorized, and payout go on by the name."""
    scene.enroll("ann")
    held = scene.pay("ann", amount="10", merchant="kiosk", hold=True).payment
    scene.pay("ann", amount="10", merchant="kiosk")
    gone = '[sellers]\ncafe = "Cafe"\n[[items]]\nid = "latte"\ntitle = "Latte"\nseller = "cafe"\nprice = "1"\n'
    assert edit(scene.till(), typing(f'currency = "EUR"\n{gone}')).is_changed
    assert held is not None and capture(scene.till(), held.hold.id).outcome == "done"
    assert withdraw(scene.till(), "kiosk", "19.88").outcome == "done"
    assert [line.amount.minor for line in statement(scene.till(), "kiosk").lines] == [994, 994, -1_988]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('currency = "EUR"', "currency = EUR", "line 2"),
        ('price = "3.80"', 'price = "3.805"', "item 'latte'"),
        ('fee = "0.6 %"', 'fee = "0.6"', "fee: '0.6' is no fee"),
        ('fee = "0.6 %"', 'fees = "0.6 %"', "did you mean 'fee'"),
        ('title = "Espresso"\n', "", "item 'espresso', title"),
        ('kiosk = "Kiosk', 'fees = "Kiosk', "sellers.fees"),
    ],
)
def test_a_text_that_cannot_be_used_changes_nothing_and_is_kept(scene: Scene, old: str, new: str, says: str) -> None:
    """Exit 2 with the line or the key; the old catalogue is in force, and the typed text lies beside it."""
    with pytest.raises(UsageProblem) as problem:
        edited(scene, old, new)
    (kept,) = drafts(scene)
    assert says in problem.value.message and str(kept) in problem.value.message
    assert problem.value.hint is not None and f"--catalogue {kept}" in problem.value.hint
    assert kept.read_text() == OURS.replace(old, new)
    assert browse(scene.till()).catalogue.items["latte"].price.minor == 380
    assert scene.events() == [], "a slip of the finger is no attempt"


def test_a_kept_text_is_gone_on_with(scene: Scene) -> None:
    """Mended, it is in force, and no draft is left; until then every edit says where it is."""
    with pytest.raises(UsageProblem):
        edited(scene, 'price = "3.80"', 'price = "4,00"')
    (kept,) = drafts(scene)
    noted = edit(scene.till(), lambda path: None)
    assert noted.warnings == (f"an earlier edit left its text in {kept}",)
    kept.write_text(DEARER)
    assert edit(scene.till(), lambda path: None, kept.read_bytes()).is_changed
    assert browse(scene.till()).catalogue.items["latte"].price.minor == 400
    assert drafts(scene) == []


def test_an_editor_that_fails_changes_nothing(scene: Scene) -> None:
    """What was typed before it failed is kept; nothing typed, nothing kept."""

    def failing(path: str) -> None:
        raise UsageProblem("the editor ended with status 1", reason="editor_failed")

    def typing_and_failing(path: str) -> None:
        Path(path).write_text(DEARER)
        failing(path)

    with pytest.raises(UsageProblem, match="status 1"):
        edit(scene.till(), failing)
    assert drafts(scene) == []
    with pytest.raises(UsageProblem, match="status 1"):
        edit(scene.till(), typing_and_failing)
    assert [draft.read_text() for draft in drafts(scene)] == [DEARER]
    assert not (scene.home / "catalogue.toml").exists()


def test_another_currency_is_refused_while_there_are_accounts(scene: Scene) -> None:
    """22 with an event: nobody could pay from an account in another currency. Without accounts it is free."""
    assert edited(scene, 'currency = "EUR"', 'currency = "USD"').is_changed
    assert edited(scene, 'currency = "USD"', 'currency = "EUR"').is_changed
    deposit(scene.till(), "kiosk", "5")
    refused = edited(scene, 'currency = "EUR"', 'currency = "USD"')
    assert (refused.exit, refused.refusal and refused.refusal.reason) == (ExitStatus.WRONG_STATE, "wrong_currency")
    assert not refused.is_changed and browse(scene.till()).catalogue.currency == "EUR"
    event = scene.events()[-1]
    assert (event["command"], event["reason"]) == ("shop.edit", "wrong_currency")
    assert event["catalogue"]["after"] == digest(OURS.replace('"EUR"', '"USD"'))
    assert len(drafts(scene)) == 1, "the text is kept"


def test_a_seller_cannot_have_a_customers_name(scene: Scene) -> None:
    """Else a payout to that name would be the customer's."""
    scene.enroll("ann")
    refused = edited(scene, 'kiosk = "Kiosk', 'Ann = "Ann\'s"\nkiosk = "Kiosk')
    assert (refused.exit, refused.refusal and refused.refusal.reason) == (ExitStatus.WRONG_STATE, "name_taken")


def test_of_two_who_edit_at_once_the_second_is_told(scene: Scene) -> None:
    """The first one's prices are not lost under the second one's; the second one's text is kept."""

    def meanwhile(path: str) -> None:
        with scene.elsewhere() as other:
            edited(other, 'price = "3.80"', 'price = "4.00"')
        typing(lambda text: text.replace('price = "2.20"', 'price = "2.40"'))(path)

    with pytest.raises(UsageProblem) as problem:
        edit(scene.till(), meanwhile)
    assert problem.value.reason == "catalogue_changed"
    items = browse(scene.till()).catalogue.items
    assert (items["latte"].price.minor, items["espresso"].price.minor) == (400, 220)
    assert len(drafts(scene)) == 1


class TestStopped:
    """Between the event and its effect, and before both: the trail never lacks what is in force."""

    def test_after_the_event(self, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        """The old catalogue is in force, the text is there, and the next event begins with the old digest again."""
        with monkeypatch.context() as patch:
            patch.setattr(CatalogueDraft, "put", stopped)
            with pytest.raises(KeyboardInterrupt):
                replace_catalogue(scene.till(), DEARER.encode(), name="prices.toml")
        assert [event["catalogue"]["after"] for event in scene.events()] == [digest(DEARER)]
        assert browse(scene.till()).catalogue.items["latte"].price.minor == 380
        (left,) = drafts(scene)
        assert left.read_text() == DEARER
        again = edit(scene.till(), lambda path: None, left.read_bytes())
        assert again.is_changed and again.warnings == (f"an earlier edit left its text in {left}",)
        assert [event["catalogue"]["before"] for event in scene.events()] == [digest(OURS)] * 2
        assert drafts(scene) == []

    def test_before_the_event(self, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        """Neither event nor effect, and no draft of ours."""
        deposit(scene.till(), "kiosk", "5")
        monkeypatch.setattr("smilepay_cli.verbs.edit._require_fitting", stopped)
        with pytest.raises(KeyboardInterrupt):
            replace_catalogue(scene.till(), DEARER.encode(), name="prices.toml")
        assert len(scene.events()) == 1 and drafts(scene) == []
        assert browse(scene.till()).catalogue.items["latte"].price.minor == 380

    def test_an_effect_that_fails_has_an_event_of_its_own(self, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        """The disk says no to the last step: 32, and the trail says that it did not come about."""

        def no(self: Path, target: Path) -> Path:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        monkeypatch.setattr(Path, "replace", no)
        with pytest.raises(StoreUnusable, match="cannot be written"):
            replace_catalogue(scene.till(), DEARER.encode(), name="prices.toml")
        assert [(event["outcome"], event["reason"]) for event in scene.events()] == [
            ("done", None),
            ("refused", "catalogue_not_written"),
        ]
        verify(scene.till())


def stopped(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_link_is_not_written_through(scene: Scene, tmp_path: Path) -> None:
    """Whoever put it there meant another file to be changed, by hand."""
    scene.home.mkdir()
    (tmp_path / "elsewhere.toml").write_text(OURS)
    (scene.home / "catalogue.toml").symlink_to(tmp_path / "elsewhere.toml")
    with pytest.raises(StoreUnusable, match="is a symbolic link"):
        replace_catalogue(scene.till(), DEARER.encode(), name="prices.toml")
    with pytest.raises(StoreUnusable, match="is a symbolic link"):
        scene.till().catalogue.load()  # nor read through, where the wallet is not opened
    assert (tmp_path / "elsewhere.toml").read_text() == OURS
