"""Outcomes for the tests of the statistics: a table worked out by hand, and any that hypothesis thinks of."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from smilepay_cli.vocabulary.trials import Comparisons, Kind, Outcome, Trial

LIMIT = 0.5
"""Threshold of all of them."""
NAMES = ("lin", "bo", "eve")
BO, LIN = ("bo", 100), ("lin", 100)
"""Who paid, and how much."""


def outcome(
    id_: str,
    kind: str,
    *,
    shown: str | None = None,
    claim: str | None = None,
    species: str | None = None,
    ended: int | tuple[int, str] = 0,
    matched: str | None = None,
    pad: str | None = None,
    mated: float | None = None,
    others: tuple[float, ...] = (),
    moved: tuple[str, int] | None = None,
    expect: str | None = None,
    **more: Any,
) -> Outcome:
    """A row in few words: `ended` is the exit status and its reason; lin and bo are enrolled, eve is not."""
    exit_, reason = ended if isinstance(ended, tuple) else (ended, None)
    return Outcome(
        trial=Trial(
            id=id_,
            path=f"{id_}.jpg",
            kind=Kind(kind),
            account=claim,
            subject=shown,
            pai_species=species,
            expect=expect,
            where=f"set.csv:{id_}",
        ),
        exit=exit_,
        reason=reason,
        subject_enrolled=shown in ("lin", "bo"),
        target_enrolled=(claim or shown) in ("lin", "bo"),
        compared=exit_ not in (2, 12),
        matched=matched,
        pad=pad,
        amount_minor=100,
        currency="EUR",
        payer=moved[0] if moved else None,
        moved_minor=moved[1] if moved else 0,
        comparisons=Comparisons(mated=mated, others=others),
        **more,
    )


NO_MATCH, NO_FACE, NO_SMILE = (10, "no_match"), (12, "no_face"), (13, "smile_not_shown")
GOOD, BAD = "bona_fide", "attack"
TABLE = [
    outcome("1", "bona_fide", shown="lin", matched="lin", pad=GOOD, mated=0.3, others=(0.8,), moved=LIN,
            expect="accept"),
    outcome("2", "bona_fide", shown="bo", ended=NO_SMILE, matched="bo", pad=BAD, mated=0.4, others=(0.7,)),
    outcome("3", "bona_fide", shown="lin", ended=NO_MATCH, mated=0.6, others=(0.9,)),
    outcome("4", "bona_fide", shown="bo", ended=NO_FACE),
    outcome("5", "bona_fide", claim="lin", shown="lin", matched="lin", pad=GOOD, mated=0.2, others=(0.45,), moved=LIN),
    outcome("6", "bona_fide", shown="lin", matched="bo", pad=GOOD, mated=0.55, others=(0.4,), moved=BO),
    outcome("7", "bona_fide", shown="eve", ended=NO_MATCH, others=(0.8, 0.9)),
    outcome("8", "zero_effort", ended=NO_SMILE, matched="bo", pad=BAD),
    outcome("9", "zero_effort", claim="lin", shown="eve", matched="lin", pad=GOOD, others=(0.48, 0.9), moved=LIN,
            expect="refuse"),
    outcome("10", "zero_effort", claim="lin", shown="bo", ended=NO_MATCH, mated=0.35, others=(0.7,)),
    outcome("11", "attack", claim="lin", species="print", matched="lin", pad=GOOD, mated=0.3, moved=LIN),
    outcome("12", "attack", shown="bo", species="print", matched="lin", pad=GOOD, mated=0.5, moved=LIN),
    outcome("13", "attack", shown="bo", species="print", ended=(13, "border"), matched="bo", pad=BAD, mated=0.2),
    outcome("14", "attack", shown="bo", species="print", ended=NO_MATCH, mated=0.7),
    outcome("15", "injection", shown="lin", species="screen", ended=NO_FACE),
    outcome("16", "injection", shown="lin", species="screen", ended=(2, "usage")),
    outcome("17", "attack", shown="lin", species="screen", ended=(20, "insufficient_funds"), matched="lin", pad=GOOD,
            mated=0.25),
]  # fmt: skip

FIGURES = st.integers(0, 1000).map(lambda place: place / 500)
"""Dissimilarities on the edges of the tally's bins."""


@st.composite
def outcomes(draw: st.DrawFn) -> Outcome:
    """Any row that a replay could end with."""
    kind = draw(st.sampled_from(list(Kind)))
    endings: list[int | tuple[int, str]] = [0, NO_MATCH, NO_FACE, NO_SMILE, (2, "usage"), (20, "insufficient_funds")]
    ended = draw(st.sampled_from(endings))
    exit_ = ended if isinstance(ended, int) else ended[0]
    past_match = exit_ in (0, 13, 20)
    matched = draw(st.sampled_from(NAMES[:2])) if past_match else None
    is_compared = exit_ not in (2, 12)
    return outcome(
        draw(st.uuids().map(str)),
        kind.value,
        shown=draw(st.sampled_from((*NAMES, None))),
        claim=draw(st.sampled_from((*NAMES[:2], None))),
        species=draw(st.sampled_from(("print", "screen", "a]b [*"))) if kind.is_attack else None,
        ended=ended,
        matched=matched,
        pad=(BAD if exit_ == 13 else GOOD) if past_match else None,
        mated=draw(st.none() | FIGURES) if is_compared else None,
        others=tuple(draw(st.lists(FIGURES, max_size=4))) if is_compared else (),
        moved=(str(matched), draw(st.integers(1, 500))) if exit_ == 0 else None,
        expect=draw(st.sampled_from((None, "accept", "refuse", "no_match", "12"))),
    )
