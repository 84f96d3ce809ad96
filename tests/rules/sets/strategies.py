"""Trials, as a set can hold them."""

from __future__ import annotations

from hypothesis import strategies as st

from smilepay_cli.rules.sets.columns import EXPECTED
from smilepay_cli.vocabulary.trials import Kind, Trial

_SHOWN = st.characters(exclude_categories=("C", "Z")) | st.sampled_from(" ='\"+-@,;<>&\\|`$%")
_NAMES = st.text(_SHOWN, min_size=1, max_size=64).map(lambda text: " ".join(text.split())).filter(
    lambda name: name and name.isprintable() and not name.startswith("-")
)  # fmt: skip
_TEXTS = st.text(_SHOWN, min_size=1, max_size=200).filter(str.isprintable)
_TAGS = _NAMES.map(lambda name: name.replace(";", "")).filter(lambda tag: bool(tag) and tag == tag.strip())
PATHS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=300).filter(
    lambda path: not path.startswith("/") and ".." not in path.split("/")
)
BYTES_IN_PATHS = st.binary(min_size=1, max_size=60).filter(lambda name: b"\0" not in name and b"/" not in name).map(
    lambda name: b"x" + name
)  # fmt: skip


def trials(paths: st.SearchStrategy[str]) -> st.SearchStrategy[Trial]:
    """Whatever a set can hold."""

    def one(kind: Kind) -> st.SearchStrategy[Trial]:
        return st.builds(
            Trial,
            id=_TEXTS,
            path=paths,
            kind=st.just(kind),
            sha256=st.none() | st.binary(min_size=32, max_size=32).map(bytes.hex),
            account=st.none() | _NAMES,
            subject=st.none() | _NAMES,
            pai_species=_NAMES if kind.is_attack else st.none(),
            device=st.none() | _TEXTS,
            captured_at=st.none() | st.datetimes().map(lambda moment: moment.isoformat()),
            amount_minor=st.none() | st.integers(1, 10**12),
            expect=st.none() | st.sampled_from(EXPECTED),
            tags=st.lists(_TAGS, max_size=5).map(tuple),
            where=st.just(""),
        )

    return st.sampled_from(Kind).flatmap(one)


def sets(paths: st.SearchStrategy[str]) -> st.SearchStrategy[list[Trial]]:
    return st.lists(trials(paths), min_size=1, max_size=5, unique_by=lambda trial: trial.id)
