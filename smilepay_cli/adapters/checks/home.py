"""The home: who may look into it, and how much room there is. Looked at and not mended, as `prepare_home` would."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from shlex import quote

from smilepay_cli.adapters.checks.room import Room, megabytes, nearest_there
from smilepay_cli.adapters.home import FILES, is_ours
from smilepay_cli.vocabulary.findings import Finding
from smilepay_cli.vocabulary.language import tr

LOW = 100_000_000
"""Bytes free below which somebody should know."""
FULL = 1_000_000
"""Bytes free below which a payment may not be kept: one writes 120 KB to the log, which grows to some megabytes."""
FAR = (
    "nfs", "cifs", "smb", "9p", "afs", "ceph", "gfs", "glusterfs", "lustre", "fuse", "vboxsf", "prl_fs", "drvfs",
)  # fmt: skip
"""How the names of file systems begin on which locks, shared memory and fsync may not do what SQLite relies on."""
GONE_AFTER = ("tmpfs", "ramfs")
"""File systems that forget everything when the machine is switched off."""


def look_at_permissions(home: Path) -> Iterator[Finding]:
    """Owner and mode of the folder and of every file of ours in it."""
    there = nearest_there(home)
    if there != home:
        if os.access(there, os.W_OK | os.X_OK) and there.is_dir():
            yield Finding("permissions", "ok", tr("there is no home yet; it will be {home}, for you alone", home=home))
        else:
            told = tr("there is no home yet, and none can be made: {there} cannot be written to", there=there)
            yield Finding("permissions", "problem", told, tr("choose another folder with --home DIR"))
        return
    try:
        troubles = [*_folder(home)]
        if home.is_dir():
            looked_at = [home / name for name in FILES] + sorted(home.glob("master-*.key"))
            troubles += [trouble for path in looked_at for trouble in _file(path)]
    except OSError as error:
        told = tr("{home} cannot be looked into: {strerror}", home=home, strerror=error.strerror or error)
        yield Finding("permissions", "problem", told, tr("choose another folder with --home DIR"))
        return
    yield from troubles
    if not troubles:
        yield Finding("permissions", "ok", tr("{home} is for you alone", home=home))


def look_at_disk(home: Path, room: Room | None = None) -> Iterator[Finding]:
    """Free space, and whether the file system is one that payments can be trusted to."""
    room = room or Room()
    free, kind = room.free(home), room.kind(home)
    figures = {"free_bytes": free, "file_system": kind}
    on = tr("{megabytes} MB are free for {home}", megabytes=megabytes(free), home=home)
    if kind:
        on = tr("{megabytes} MB are free for {home}, on {kind}", megabytes=megabytes(free), home=home, kind=kind)
    if free < FULL:
        yield Finding(
            "disk", "problem", tr("{on}: a payment may not be kept", on=on), tr("free some space"), figures=figures
        )
    elif free < LOW:
        yield Finding("disk", "note", on, tr("free some space"), figures=figures)
    elif kind and kind.startswith(FAR):
        told = tr("{on}: locks and sync are not to be trusted there, and a payment could be lost", on=on)
        yield Finding("disk", "note", told, tr("put the home on a local disk: --home DIR"), figures=figures)
    elif kind in GONE_AFTER:
        told = tr("{on}: all of it is gone when the machine is switched off", on=on)
        yield Finding("disk", "note", told, tr("put what is to stay on a local disk: --home DIR"), figures=figures)
    else:
        yield Finding("disk", "ok", on, figures=figures)


def _folder(home: Path) -> Iterator[Finding]:
    found = home.stat()
    mode = stat.S_IMODE(found.st_mode)
    if not stat.S_ISDIR(found.st_mode):
        yield _problem(tr("{home} is no folder", home=home), tr("choose another folder with --home DIR"))
    elif found.st_uid != os.geteuid():
        yield _problem(
            tr("{home} belongs to another user (uid {st_uid})", home=home, st_uid=found.st_uid),
            tr("use a home of your own: --home DIR"),
        )
    elif not os.access(home, os.W_OK | os.X_OK):
        yield _problem(tr("{home} cannot be written to", home=home), tr("chmod u+rwx {quote}", quote=quote(str(home))))
    elif mode & 0o022 and not all(is_ours(path.name) for path in home.iterdir()):
        told = tr("others may write to {home} ({mode:04o}), and it holds other things too", home=home, mode=mode)
        yield _problem(
            told, tr("choose a folder of its own with --home DIR, or: chmod go-w {quote}", quote=quote(str(home)))
        )
    elif mode & 0o077:
        yield _open(
            tr("others can look into {home} ({mode:04o})", home=home, mode=mode), f"chmod 700 {quote(str(home))}"
        )


def _file(path: Path) -> Iterator[Finding]:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    mode = stat.S_IMODE(found.st_mode)
    if stat.S_ISLNK(found.st_mode):
        yield _problem(
            tr("{path} is a symbolic link, and links in a home are not followed", path=path),
            tr("put the file itself there"),
        )
    elif found.st_uid != os.geteuid():
        yield _problem(
            tr("{path} belongs to another user (uid {st_uid})", path=path, st_uid=found.st_uid),
            tr("use a home of your own: --home DIR"),
        )
    elif not stat.S_ISREG(found.st_mode):
        yield _problem(tr("{path} is no regular file", path=path), tr("take it away: it is none of ours"))
    elif mode & 0o077 and path.suffix == ".key":
        told = tr(
            "others can read {path} ({mode:04o}), so that nobody can rely on it: it is refused", path=path, mode=mode
        )
        yield _problem(
            told, tr("chmod 600 {quote}; if others were there: smilepay wallet key --rotate", quote=quote(str(path)))
        )
    elif mode & 0o077:
        yield _open(tr("others can read {path} ({mode:04o})", path=path, mode=mode), f"chmod 600 {quote(str(path))}")


def _problem(told: str, hint: str) -> Finding:
    return Finding("permissions", "problem", told, hint)


def _open(told: str, hint: str) -> Finding:
    """What the next command makes private again, with a warning: it stops nobody from paying."""
    return Finding("permissions", "problem", told, hint, stops_paying=False)
