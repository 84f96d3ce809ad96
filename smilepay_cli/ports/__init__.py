"""Layer 2: what the verbs need from outside, and nothing about how it is done."""

from __future__ import annotations

from smilepay_cli.ports.books import Books, Facts, KeptFrames, Ledger, Orders, People, Settings, Slots, Trail
from smilepay_cli.ports.cameras import Cameras, DrivenSource
from smilepay_cli.ports.faces import FaceEngine, FrameSource, Memory, PadModel, Viewer
from smilepay_cli.ports.files import Album, CatalogueDraft, CatalogueSource, Folder, GalleryFile, Outbox, ReplaySet
from smilepay_cli.ports.glance import Glance, Shelf
from smilepay_cli.ports.keys import KeyStore, Pins, Signer, Vault
from smilepay_cli.ports.shells import Shells
from smilepay_cli.ports.store import Candidate, Copies, Progress, Store
from smilepay_cli.ports.time import Clock, Ids

__all__ = [
    "Album",
    "Books",
    "Cameras",
    "Candidate",
    "CatalogueDraft",
    "CatalogueSource",
    "Clock",
    "Copies",
    "DrivenSource",
    "FaceEngine",
    "Facts",
    "Folder",
    "FrameSource",
    "GalleryFile",
    "Glance",
    "Ids",
    "KeptFrames",
    "KeyStore",
    "Ledger",
    "Memory",
    "Orders",
    "Outbox",
    "PadModel",
    "People",
    "Pins",
    "Progress",
    "ReplaySet",
    "Settings",
    "Shelf",
    "Shells",
    "Signer",
    "Slots",
    "Store",
    "Trail",
    "Vault",
    "Viewer",
]
