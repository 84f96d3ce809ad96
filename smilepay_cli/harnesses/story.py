"""The story that `smilepay demo` tells, step by step, with the sample faces and under policy `standard`.

Paths are relative to the folder of the sample faces. The wallet has to be empty at the beginning. No picture
is presented twice, except where the story is about that.
"""

from __future__ import annotations

from smilepay_cli.harnesses.stage import BookStep, Ending, FaceAct, FaceStep
from smilepay_cli.verbs import audit, wallet
from smilepay_cli.verbs.enroll import enroll
from smilepay_cli.verbs.pay import PayRequest, pay
from smilepay_cli.verbs.shop import shop
from smilepay_cli.vocabulary.errors import ExitStatus, Reason
from smilepay_cli.vocabulary.language import marked


def _enrolling(name: str, deposit: str) -> FaceAct:
    return lambda till, source: enroll(till, name, source, deposit=deposit)


def _shopping(*picks: str) -> FaceAct:
    return lambda till, source: shop(till, picks, source)


def _paying(request: PayRequest = PayRequest()) -> FaceAct:  # noqa: B008  # frozen
    return lambda till, source: pay(till, request, source)


def _refused(reason: Reason) -> Ending:
    return Ending(reason.exit, reason.value)


def _done(told: str) -> Ending:
    return Ending(ExitStatus.DONE, told=told)


ENROL_LIN = FaceStep(
    title=marked("Enrol lin"),
    narration=marked(
        "The picture becomes a reference: 128 numbers, and the shape of the relaxed mouth, encrypted in the "
        "wallet. The picture itself is not kept."
    ),
    command="smilepay enroll lin --image lin/1.jpg --deposit 100",
    foreseen=_done("lin with 100.00 EUR"),
    act=_enrolling("lin", "100"),
    images=("lin/1.jpg",),
)
ENROL_EILEEN = FaceStep(
    title=marked("Enrol eileen"),
    narration=marked("Somebody else, so that recognising lin means telling two people apart."),
    command="smilepay enroll eileen --image eileen/1.jpg --deposit 50",
    foreseen=_done("eileen with 50.00 EUR"),
    act=_enrolling("eileen", "50"),
    images=("eileen/1.jpg",),
)
SHOP = FaceStep(
    title=marked("lin picks the stamp"),
    narration=marked("Shopping needs a match only: near enough to lin, and clearly nearer than to anybody else."),
    command="smilepay shop stamp --image lin/3.jpg",
    foreseen=_done("lin owes 20.00 EUR"),
    act=_shopping("stamp"),
    images=("lin/3.jpg",),
)
A_STRANGER = FaceStep(
    title=marked("A stranger tries to pay"),
    narration=marked("She is not enrolled. Even the nearest face is too far away, so nobody is charged."),
    command="smilepay pay --image grace/1.jpg",
    foreseen=_refused(Reason.NO_MATCH),
    act=_paying(),
    images=("grace/1.jpg",),
)
WITHOUT_A_SMILE = FaceStep(
    title=marked("lin, without a smile"),
    narration=marked("The face is known. But Smile to Pay means smile, and without one nothing is paid."),
    command="smilepay pay --image lin/2.jpg",
    foreseen=_refused(Reason.SMILE_NOT_SHOWN),
    act=_paying(),
    images=("lin/2.jpg",),
)
NOBODY_THERE = FaceStep(
    title=marked("Nobody there"),
    narration=marked(
        "A cat is no payer. Where no face is found nobody is judged, and it is no strike towards the lockout."
    ),
    command="smilepay pay --image no_face/1.jpg",
    foreseen=_refused(Reason.NO_FACE),
    act=_paying(),
    images=("no_face/1.jpg",),
)
WITH_A_SMILE = FaceStep(
    title=marked("lin smiles, and pays"),
    narration=marked("Recognised, smiling, and good for it. Money and audit event are one transaction."),
    command="smilepay pay --image lin/5.jpg",
    foreseen=_done("lin paid 20.00 EUR"),
    act=_paying(),
    images=("lin/5.jpg",),
)
THE_SAME_AGAIN = FaceStep(
    title=marked("The same picture again"),
    narration=marked("A picture pays once. What was presented before is refused, however well it smiles."),
    command="smilepay pay --image lin/5.jpg",
    foreseen=_refused(Reason.USED_BEFORE),
    act=_paying(),
    images=("lin/5.jpg",),
)
A_CAPTURE = FaceStep(
    title=marked("A capture: neutral, then a smile"),
    narration=marked(
        "A camera is watched until the smile. The change from neutral to smiling is evidence of life that "
        "one picture cannot give."
    ),
    command="smilepay pay --amount 3 --merchant kiosk --camera lin/clip/%03d.jpg",
    foreseen=_done("lin paid 3.00 EUR"),
    act=_paying(PayRequest(amount="3", merchant="kiosk")),
    camera="lin/clip/%03d.jpg",
)
BALANCES = BookStep(
    title=marked("Who has what now"),
    narration=marked("Balances are not stored, but added up from what moved. Sellers have their price less a fee."),
    command="smilepay wallet balance",
    foreseen=_done("eileen 50.00 EUR; lin 77.00 EUR; kiosk 2.99 EUR; philately 19.88 EUR; fees 0.13 EUR"),
    act=wallet.balance,
)
TRAIL = BookStep(
    title=marked("What happened"),
    narration=marked(
        "Every attempt left an event, the refused ones too. Each event holds the hash of the one before it."
    ),
    command="smilepay audit",
    foreseen=_done("9 events"),
    act=audit.listed,
)
VERIFIED = BookStep(
    title=marked("Nothing was changed"),
    narration=marked(
        "The chain is computed anew, and every movement of money is held against the event that tells of it."
    ),
    command="smilepay audit verify",
    foreseen=_done("9 events, 4 transactions"),
    act=audit.verify,
)
STORY: tuple[FaceStep | BookStep, ...] = (
    ENROL_LIN,
    ENROL_EILEEN,
    SHOP,
    A_STRANGER,
    WITHOUT_A_SMILE,
    NOBODY_THERE,
    WITH_A_SMILE,
    THE_SAME_AGAIN,
    A_CAPTURE,
    BALANCES,
    TRAIL,
    VERIFIED,
)
