"""What of the face engines works on this machine, tried out rather than supposed. Nothing is built here."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from smilepay_cli.adapters.checks.room import Room, megabytes, nearest_there
from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.adapters.faces.models.cache import default_folder, require_own
from smilepay_cli.adapters.faces.models.files import ModelsNotBuilt, ModelsUnavailable
from smilepay_cli.adapters.faces.reference import ReferenceEngine
from smilepay_cli.adapters.faces.weights import Weights, find_weights, load_dlib, sha256_of
from smilepay_cli.vocabulary.errors import SmilepayError
from smilepay_cli.vocabulary.findings import Finding
from smilepay_cli.vocabulary.language import tr

ROOM = 300_000_000
"""Bytes free to build the models in: they take 120 MB, and a draft of them as much again."""


def look_at_engines(scheme: str, variables: Mapping[str, str], room: Room | None = None) -> Iterator[Finding]:
    """dlib and the weight files, then the fast engine with its models, measured against dlib once more."""
    engine = FastEngine(scheme, default_folder(variables), looking=True)
    try:
        version = load_dlib().__version__
        weights = find_weights()
        digests = {path: sha256_of(path) for path in (getattr(weights, name) for name in Weights.__slots__)}
        ReferenceEngine(scheme).detect(_grey())
    except SmilepayError as error:
        yield Finding("weights", "problem", error.message, error.hint)
        return
    if any(engine.digest(path) != digest for path, digest in digests.items()):
        yield Finding(
            "weights", "problem", tr("the weight files changed unnoticed"), tr("delete {folder}", folder=engine.folder)
        )
        return
    figures = {"dlib": version, "sha256": {path.name: digest for path, digest in digests.items()}}
    yield Finding(
        "weights",
        "ok",
        tr("dlib {version}, {count} weight files", version=version, count=len(digests)),
        figures=figures,
    )
    cache = _cache(engine.folder, room or Room())
    yield cache
    yield from _fast(engine, can_be_built=cache.state == "ok")


def _cache(folder: Path, room: Room) -> Finding:
    """Where models are kept; whether they can be, without trying."""
    size, files = _size(folder)
    free = room.free(folder)
    trouble = _cannot_keep(folder)
    if trouble is not None:
        is_well, told = False, tr("nothing can be kept in {folder}: {trouble}", folder=folder, trouble=trouble)
    elif size:
        is_well, told = True, tr("{megabytes} MB in {folder}", megabytes=megabytes(size), folder=folder)
    elif free < ROOM:
        is_well, told = (
            False,
            tr(
                "{megabytes} MB are free for {folder}, and building takes {needed} MB",
                megabytes=megabytes(free),
                folder=folder,
                needed=megabytes(ROOM),
            ),
        )
    else:
        is_well, told = True, tr("nothing is in {folder} yet", folder=folder)
    figures = {"path": str(folder), "bytes": size, "files": files, "free_bytes": free}
    if is_well:
        return Finding("model_cache", "ok", told, figures=figures)
    return Finding("model_cache", "note", told, _what_to_do(folder), figures=figures)


def _cannot_keep(folder: Path) -> str | None:
    there = nearest_there(folder)
    if not there.is_dir():
        return tr("{home} is no folder", home=there)
    if not os.access(there, os.W_OK | os.X_OK):
        return tr("{home} cannot be written to", home=there)
    for ours in (folder, folder / "models"):
        try:
            require_own(ours)
        except FileNotFoundError:
            break
        except OSError as error:
            return error.strerror or str(error)
    return None


def _fast(engine: FastEngine, *, can_be_built: bool) -> Iterator[Finding]:
    try:
        parity = engine.parity()
        models = engine.models
    except ModelsUnavailable as trouble:
        if isinstance(trouble, ModelsNotBuilt) and can_be_built:
            told = tr("{trouble}: whoever looks at a face first builds them, which takes some seconds", trouble=trouble)
            yield Finding("fast_engine", "note", told, "smilepay demo")
        else:
            told = tr("not available, the slower reference engine stands in: {trouble}", trouble=trouble)
            yield Finding("fast_engine", "note", told, _what_to_do(engine.folder))
        return
    size, files = _size(models)
    figures = {"path": str(models), "bytes": size}
    yield Finding(
        "fast_engine",
        "ok",
        tr("its {files} model files of {megabytes} MB are whole", files=files, megabytes=megabytes(size)),
        figures=figures,
    )
    told = tr(
        "descriptors within {descriptor_l2:.1e} of dlib's, landmarks within {landmarks_px:g} "
        "pixels, {value} faces found",
        descriptor_l2=parity.descriptor_l2,
        landmarks_px=parity.landmarks_px,
        value=tr("the same") if parity.boxes_equal else tr("other"),
    )
    figures = {
        "descriptor_l2": parity.descriptor_l2,
        "landmarks_px": parity.landmarks_px,
        "boxes_equal": parity.boxes_equal,
    }
    if parity.holds:
        yield Finding("parity", "ok", told, figures=figures)
    else:
        yield Finding(
            "parity", "problem", told, tr("delete {models}, so that it is built anew", models=models), figures=figures
        )


def _what_to_do(folder: Path) -> str:
    return tr(
        "make {folder} yours alone and writable, with 300 MB to spare, or name another folder: SMILEPAY_CACHE=DIR",
        folder=folder,
    )


def _size(folder: Path) -> tuple[int, int]:
    """Bytes and number of all files below a folder; what cannot be looked at counts nothing."""
    sizes = []
    for above, _, names in os.walk(folder):
        for name in names:
            try:
                sizes.append((Path(above) / name).lstat().st_size)
            except OSError:  # gone meanwhile
                continue
    return sum(sizes), len(sizes)


def _grey() -> Any:
    import numpy as np

    return np.full((100, 100, 3), 128, dtype=np.uint8)
