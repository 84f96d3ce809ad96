"""One scene of the demo as a panel: the picture at the left, what it says at the right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.box import ROUNDED
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from smilepay_cli.harnesses.stage import Scene
from smilepay_cli.render.faces import face_picture, frame_picture
from smilepay_cli.render.text import amount
from smilepay_cli.rules.smile import smile_z, smiles
from smilepay_cli.verbs.audit import EventsResult, VerifyResult
from smilepay_cli.verbs.enroll import EnrollResult
from smilepay_cli.verbs.pay import PayResult
from smilepay_cli.verbs.shop import ShopResult
from smilepay_cli.verbs.wallet import BalanceResult
from smilepay_cli.vocabulary.events import Event
from smilepay_cli.vocabulary.faces import Face
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.ledger import FEES
from smilepay_cli.vocabulary.money import Money
from smilepay_cli.vocabulary.policies import Policy

METER_START, METER_END = -6.0, 4.0
"""Ends of the smile meter; faces at rest are at about -4.5, broad smiles at 2.5."""
METER_WIDTH = 34
NARROWEST_WITH_TEXT_BESIDE = 72
TEXT_WIDTH = 38
PANEL_EDGES = 4
SMALL_FACES = 3


@dataclass(frozen=True, slots=True)
class Look:
    """How scenes are drawn on this terminal."""

    width: int
    rows: int
    """Height of a picture in rows of text; it is twice as many columns wide."""
    color: bool
    """Whether pictures may be drawn in colour."""
    pictures: bool
    """Whether anything is drawn at all, and not only told."""
    policy: Policy


def look_for(width: int, height: int, *, color: bool, policy: Policy, pictures: bool = True) -> Look:
    """The largest picture that leaves room for the text beside it, and for the command line below."""
    room = width - PANEL_EDGES - (TEXT_WIDTH + 2 if width >= NARROWEST_WITH_TEXT_BESIDE else 0)
    rows = max(6, min(28, height - 6, room // 2))
    return Look(width, rows, color, pictures, policy)


def scene_panel(scene: Scene, number: int, look: Look) -> Panel:
    """The whole scene, with its answer."""
    border = "red" if scene.result.refusal else "green"
    if len(scene.faces) > 1 and look.pictures:
        return _panel(scene, number, look, _capture(scene, look), border)
    words = Group(Text(tr(scene.step.narration)), "", *_facts(scene, look), _outcome(scene))
    if scene.frame is None or not look.pictures:
        return _panel(scene, number, look, words, border)
    if scene.faces:
        accepted = not scene.result.refusal
        picture = face_picture(scene.faces[-1], rows=look.rows, accepted=accepted, color=look.color)
    else:
        picture = frame_picture(scene.frame, rows=look.rows, color=look.color)
    return _panel(scene, number, look, _side_by_side(picture, words, look), border)


def moment_panel(scene: Scene, number: int, look: Look, face: Face, z: float) -> Panel:
    """A moment before the answer, for animation: a face, and the smile meter at some reading."""
    picture = face_picture(face, rows=look.rows, accepted=None, color=look.color)
    looking = tr("frame {number}", number=face.frame.number) if len(scene.faces) > 1 else tr("looking for a smile")
    words = Group(
        Text(tr(scene.step.narration)), "", Text(looking, style="dim"), "", smile_meter(z, look.policy, METER_WIDTH)
    )
    return _panel(scene, number, look, _side_by_side(picture, words, look), "yellow")


def reading_of(scene: Scene) -> float | None:
    """z of the judged face, where the step came as far as looking at the smile."""
    looked = any(check.name == "smile" for check in getattr(scene.result, "checks", ()))
    return z_of(scene.faces[-1]) if looked and scene.faces else None


def z_of(face: Face) -> float:
    """Where a face stands on the smile meter."""
    return smile_z(face.mouth) if face.mouth else METER_START


def smile_meter(z: float, policy: Policy, width: int) -> Text:
    """A bar up to z with the policy's threshold marked, in three lines; readable without colour."""

    def place(value: float) -> int:
        share = (value - METER_START) / (METER_END - METER_START)
        return round(min(max(share, 0.0), 1.0) * (width - 1))

    smiling, threshold, end = z >= policy.smile_z_min, place(policy.smile_z_min), place(z)
    style = "green" if smiling else "red"
    bar = Text()
    for cell in range(width):
        if cell == threshold:
            bar.append("┃", style="bold")
        else:
            bar.append("█" if cell <= end else "░", style=style if cell <= end else "dim")
    answer = ("✓ " + tr("smiles"), "bold green") if smiling else ("✗ " + tr("does not smile"), "bold red")
    head = Text.assemble((tr("smile") + " ", "dim"), f"z {z:.2f} ", answer)
    mark = Text(" " * max(0, threshold - 6) + f"{policy.smile_z_min:.2f} ▲", style="dim")
    return Text("\n").join([head, bar, mark])


def _panel(scene: Scene, number: int, look: Look, body: RenderableType, border: str) -> Panel:
    title = Text.assemble((f" {number} ", "bold reverse"), (f" {tr(scene.step.title)} ", "bold"))
    return Panel(body, title=title, title_align="left", box=ROUNDED, border_style=border, width=look.width)


def _side_by_side(picture: RenderableType, words: RenderableType, look: Look) -> RenderableType:
    if look.width < NARROWEST_WITH_TEXT_BESIDE:
        return Group(picture, words)
    columns = Table.grid(padding=(0, 2, 0, 0))
    columns.add_column(width=2 * look.rows)
    columns.add_column(max_width=look.width - PANEL_EDGES - 2 * look.rows - 2)
    columns.add_row(picture, words)
    return columns


def _facts(scene: Scene, look: Look) -> list[RenderableType]:
    """What the step found out, as far as it came, with an empty line after each."""
    result: Any = scene.result
    facts: list[RenderableType] = []
    if isinstance(result, EnrollResult) and result.balance:
        facts.append(
            _pairs(
                {
                    tr("name"): result.name,
                    tr("references"): str(result.references),
                    tr("deposit"): amount(result.balance.posted),
                }
            )
        )
    if getattr(result, "decision", None):
        facts.append(_match(result, look.policy))
    reading = reading_of(scene)
    if reading is not None:
        meter = smile_meter(reading, look.policy, METER_WIDTH)
        facts.append(meter if look.pictures else meter.split("\n")[0])
    if isinstance(result, ShopResult) and result.order:
        facts += [Text(f"{line.quantity} x {line.title}\n{amount(line.total)}") for line in result.order.lines]
    if isinstance(result, PayResult) and result.payment:
        facts.append(_receipt(result))
    if isinstance(result, BalanceResult):
        facts.append(_pairs({named.name: amount(named.balance.available) for named in result.balances}, right=True))
    if isinstance(result, EventsResult) and result.found:
        facts.append(_trail(result))
    if isinstance(result, VerifyResult):
        facts.append(_pairs({tr("head"): result.head}))
    return [part for fact in facts for part in (fact, "")]


def _match(result: Any, policy: Policy) -> Table:
    decision = result.decision
    who = result.name or (tr("recognised") if decision.accepted else tr("nobody who is enrolled"))
    rows = {tr("who"): who}
    if decision.nearest:
        rows[tr("dissimilarity")] = tr(
            "{measured:.2f}, at most {most:.2f}",
            measured=decision.nearest.dissimilarity,
            most=policy.dissimilarity_max,
        )
    if decision.accepted and decision.margin is not None:
        rows[tr("margin")] = tr("{measured:.2f}, at least {least:.2f}", measured=decision.margin, least=policy.margin)
    return _pairs(rows)


def _receipt(result: PayResult) -> Table:
    """What moved: postings that sum to zero, and what is left."""
    assert result.payment is not None
    assert result.payment.transaction is not None
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(justify="right", no_wrap=True)
    for posting in result.payment.transaction.postings:
        own = posting.account_id == result.account_id
        kind, _, seller = posting.account_id.partition(":")
        who = result.name if own else FEES if kind == FEES else seller
        table.add_row(Text(who or ""), Text(amount(posting.amount, sign=True), style="red" if own else "green"))
    if result.balance:
        left = amount(result.balance.available)
        table.add_row(Text(tr("left to {name}", name=result.name), style="dim"), Text(left, style="dim"))
    return table


def _capture(scene: Scene, look: Look) -> RenderableType:
    """A few faces of a capture in a row, each with its meter, the judged one last; then the answer."""
    small = max(4, (look.width - PANEL_EDGES - 2 * (SMALL_FACES - 1)) // SMALL_FACES // 2)
    small = min(small, max(4, look.rows - 7))
    row = Table.grid(padding=(0, 2, 0, 0))
    chosen = scene.faces[:1] + scene.faces[-2:] if len(scene.faces) > SMALL_FACES else scene.faces
    for _ in chosen:
        row.add_column(width=2 * small)
    row.add_row(*(face_picture(face, rows=small, accepted=True, color=look.color) for face in chosen))
    row.add_row(*(_caption(face, look.policy, 2 * small) for face in chosen))
    result: Any = scene.result
    facts = Table.grid(padding=(0, 4, 0, 0))
    facts.add_row(
        _match(result, look.policy) if result.decision else "",
        _receipt(result) if isinstance(result, PayResult) and result.payment else "",
    )
    return Group(row, Text(tr(scene.step.narration)), facts, _outcome(scene))


def _caption(face: Face, policy: Policy, width: int) -> Text:
    bar = smile_meter(z_of(face), policy, width).split("\n")[1]
    sign = ("✓", "bold green") if face.mouth and smiles(face.mouth, (), policy) else ("✗", "bold red")
    words = Text.assemble(sign, f" z {z_of(face):.2f}", ("  " + tr("frame {number}", number=face.frame.number), "dim"))
    words.truncate(width)
    return Text("\n").join([bar, words])


def _trail(result: EventsResult) -> Table:
    """The events, oldest first, short enough for 80 columns."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold dim")
    for title in ("", tr("what"), tr("who"), tr("answer")):
        table.add_column(title, no_wrap=True)
    table.add_column(tr("amount"), justify="right", no_wrap=True)
    table.add_column(tr("hash"), style="dim", no_wrap=True)
    for event in reversed(result.found):
        table.add_row(str(event.seq), str(event.body["command"]), *_event(event, result.names), event.hash[:8])
    return table


def _event(event: Event, names: dict[str, str]) -> tuple[str, Text, str]:
    body = event.body
    who = names.get(body["account"] or "", "")
    answer = Text(f"✗ {body['reason']} ({body['exit']})", "red") if body["reason"] else Text("✓ " + tr("done"), "green")
    minor = body.get("amount_minor")
    return who, answer, "" if minor is None else amount(Money(minor, body["currency"]))


def _outcome(scene: Scene) -> Text:
    """The answer in words and in the form that scripts get."""
    refusal = scene.result.refusal
    if refusal:
        answer = Text.assemble(("✗ " + tr("refused: "), "bold red"), (refusal.message, "bold"))
    else:
        answer = Text.assemble(("✓ ", "bold green"), (_success(scene), "bold"))
    if refusal:
        answer.append("\n  " + tr("{reason}, exit {exit}", reason=refusal.reason, exit=int(refusal.exit)), style="dim")
    else:
        answer.append(tr(", exit 0"), style="dim")
    return answer


def _success(scene: Scene) -> str:
    result = scene.result
    if isinstance(result, EnrollResult):
        return tr("{name} is enrolled", name=result.name)
    if isinstance(result, ShopResult):
        return tr("hello {name}, the order is open", name=result.name)
    if isinstance(result, PayResult):
        return tr("paid with a smile: {amount}", amount=result.amount) if result.amount else tr("paid")
    if isinstance(result, BalanceResult):
        sum_of_all = sum((named.balance.posted for named in result.balances[1:]), result.balances[0].balance.posted)
        return tr("{amount} in all, as much as was deposited", amount=sum_of_all)
    if isinstance(result, EventsResult):
        return tr("{attempts} attempts, {events} events", attempts=len(result.found), events=len(result.found))
    if isinstance(result, VerifyResult):
        return tr(
            "{events} events and {transactions} transactions are as written",
            events=result.count,
            transactions=result.transactions,
        )
    return tr("done")


def _pairs(rows: Mapping[str, str], *, right: bool = False) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim")
    table.add_column(justify="right" if right else "left")
    for label, value in rows.items():
        table.add_row(Text(label), Text(value))
    return table
