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
            yield Finding("permissions", "ok", f"there is no home yet; it will be {home}, for you alone")
        else:
            told = f"there is no home yet, and none can be made: {there} cannot be written to"
            yield Finding("permissions", "problem", told, "choose another folder with --home DIR")
        return
    try:
        troubles = [*_folder(home)]
        if home.is_dir():
            looked_at = [home / name for name in FILES] + sorted(home.glob("master-*.key"))
            troubles += [trouble for path in looked_at for trouble in _file(path)]
    except OSError as error:
        told = f"{home} cannot be looked into: {error.strerror or error}"
        yield Finding("permissions", "problem", told, "choose another folder with --home DIR")
        return
    yield from troubles
    if not troubles:
        yield Finding("permissions", "ok", f"{home} is for you alone")


def look_at_disk(home: Path, room: Room | None = None) -> Iterator[Finding]:
    """Free space, and whether the file system is one that payments can be trusted to."""
    room = room or Room()
    free, kind = room.free(home), room.kind(home)
    figures = {"free_bytes": free, "file_system": kind}
    on = f"{megabytes(free)} MB are free for {home}" + (f", on {kind}" if kind else "")
    if free < FULL:
        yield Finding("disk", "problem", f"{on}: a payment may not be kept", "free some space", figures=figures)
    elif free < LOW:
        yield Finding("disk", "note", on, "free some space", figures=figures)
    elif kind and kind.startswith(FAR):
        told = f"{on}: locks and sync are not to be trusted there, and a payment could be lost"
        yield Finding("disk", "note", told, "put the home on a local disk: --home DIR", figures=figures)
    elif kind in GONE_AFTER:
        told = f"{on}: all of it is gone when the machine is switched off"
        yield Finding("disk", "note", told, "put what is to stay on a local disk: --home DIR", figures=figures)
    else:
        yield Finding("disk", "ok", on, figures=figures)


def _folder(home: Path) -> Iterator[Finding]:
    found = home.stat()
    mode = stat.S_IMODE(found.st_mode)
    if not stat.S_ISDIR(found.st_mode):
        yield _problem(f"{home} is no folder", "choose another folder with --home DIR")
    elif found.st_uid != os.geteuid():
        yield _problem(f"{home} belongs to another user (uid {found.st_uid})", "use a home of your own: --home DIR")
    elif not os.access(home, os.W_OK | os.X_OK):
        yield _problem(f"{home} cannot be written to", f"chmod u+rwx {quote(str(home))}")
    elif mode & 0o022 and not all(is_ours(path.name) for path in home.iterdir()):
        told = f"others may write to {home} ({mode:04o}), and it holds other things too"
        yield _problem(told, f"choose a folder of its own with --home DIR, or: chmod go-w {quote(str(home))}")
    elif mode & 0o077:
        yield _open(f"others can look into {home} ({mode:04o})", f"chmod 700 {quote(str(home))}")


def _file(path: Path) -> Iterator[Finding]:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    mode = stat.S_IMODE(found.st_mode)
    if stat.S_ISLNK(found.st_mode):
        yield _problem(f"{path} is a symbolic link, and links in a home are not followed", "put the file itself there")
    elif found.st_uid != os.geteuid():
        yield _problem(f"{path} belongs to another user (uid {found.st_uid})", "use a home of your own: --home DIR")
    elif not stat.S_ISREG(found.st_mode):
        yield _problem(f"{path} is no regular file", "take it away: it is none of ours")
    elif mode & 0o077 and path.suffix == ".key":
        told = f"others can read {path} ({mode:04o}), so that nobody can rely on it: it is refused"
        yield _problem(told, f"chmod 600 {quote(str(path))}; if others were there: smilepay wallet key --rotate")
    elif mode & 0o077:
        yield _open(f"others can read {path} ({mode:04o})", f"chmod 600 {quote(str(path))}")


def _problem(told: str, hint: str) -> Finding:
    return Finding("permissions", "problem", told, hint)


def _open(told: str, hint: str) -> Finding:
    """What the next command makes private again, with a warning: it stops nobody from paying."""
    return Finding("permissions", "problem", told, hint, stops_paying=False)
