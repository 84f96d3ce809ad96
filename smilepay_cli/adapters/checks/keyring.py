"""The keyring of the operating system: which one there is, and whether it can be asked. No entry is made."""

from __future__ import annotations

from collections.abc import Iterator

from smilepay_cli.adapters.key_stores import RING_SECONDS, Deadline, LockedRing, keyring_in_words
from smilepay_cli.vocabulary.findings import Finding
from smilepay_cli.vocabulary.language import tr


def look_at_keyring(within: Deadline) -> Iterator[Finding]:
    """None at all is no fault: keys are kept in files then. One that is locked or silent is a note."""
    try:
        name, recommended = keyring_in_words(within)
    except LockedRing:
        yield Finding("keyring", "note", tr("there is one, and it is locked"), tr("unlock it: log in at the desktop"))
    except LookupError:
        yield Finding("keyring", "ok", tr("there is none that keeps anything; keys are kept in files"))
    except TimeoutError:
        told = tr("it did not answer within {ring_seconds:g} s", ring_seconds=RING_SECONDS)
        yield Finding("keyring", "note", told, tr("keep keys in files: SMILEPAY_KEY_STORE=file"))
    except Exception as error:  # whatever a backend raises
        said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        yield Finding(
            "keyring",
            "note",
            tr("it cannot be asked: {said}", said=said),
            tr("keep keys in files: SMILEPAY_KEY_STORE=file"),
        )
    else:
        if recommended:
            yield Finding("keyring", "ok", tr("{name}; it answers", name=name), figures={"backend": name})
        else:
            told = tr("{name}; it answers, and is none to rely on: a new wallet's key goes into a file", name=name)
            yield Finding("keyring", "ok", told, figures={"backend": name})
