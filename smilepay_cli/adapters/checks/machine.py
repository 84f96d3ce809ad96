"""This machine: Python, the packages that smilepay needs, OpenCV with the libraries that it needs."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module, metadata
from shlex import quote

from smilepay_cli.rules.libraries import WHAT_OPENCV_NEEDS
from smilepay_cli.vocabulary.findings import INSTALL, Finding
from smilepay_cli.vocabulary.language import tr

DISTRIBUTION = "smilepay"
LOADED = {"pillow": "PIL.Image", "cryptography": "cryptography.hazmat.primitives.ciphers.aead", "rfc8785": "rfc8785"}
"""Light modules, by package, without which nobody pays, and which no other check loads: they are tried."""
_TESTED = "Programming Language :: Python :: "


@dataclass(frozen=True, slots=True)
class Interpreter:
    """The Python that runs."""

    version: str
    implementation: str
    system: str
    machine: str
    libc: str
    build: str

    @classmethod
    def of_this_process(cls) -> Interpreter:
        """By its own word."""
        return cls(
            version=platform.python_version(),
            implementation=platform.python_implementation(),
            system=platform.system(),
            machine=platform.machine(),
            libc=" ".join(filter(None, platform.libc_ver())),
            build=" ".join(platform.python_build()),
        )


STANDS_FOR = {"dlib": "dlib-bin"}
"""Packages that bring another's modules: uv's override takes the prebuilt wheel alone (docs/installing.md)."""


def look_at_python(here: Interpreter | None = None) -> Iterator[Finding]:
    """Version, build and platform; what was not tested is a note, what is too old a problem."""
    here = here or Interpreter.of_this_process()
    parts = (f"{here.implementation} {here.version}", f"{here.system} on {here.machine}", here.libc)
    told = ", ".join(filter(None, parts))
    figures = {name: getattr(here, name) for name in Interpreter.__slots__} | {"executable": sys.executable}
    minor = ".".join(here.version.split(".")[:2])
    tested = _tested_minors()
    if here.implementation != "CPython" or here.system != "Linux":
        yield Finding("python", "note", told, tr("smilepay is tested on CPython and Linux only"), figures=figures)
    elif tested and _number(minor) < min(map(_number, tested)):
        yield Finding(
            "python", "problem", told, tr("install Python {tested} or newer", tested=tested[0]), figures=figures
        )
    elif tested and minor not in tested:
        hint = tr("smilepay is tested with Python {versions}", versions=", ".join(tested))
        yield Finding("python", "note", told, hint, figures=figures)
    else:
        yield Finding("python", "ok", told, figures=figures)


def look_at_packages(
    requirements: list[str] | None = None, version_of: Callable[[str], str] = metadata.version
) -> Iterator[Finding]:
    """What pyproject.toml asks for against what is installed, by the installer's records: nothing heavy is imported."""
    from packaging.requirements import Requirement

    if requirements is None:
        try:
            requirements = metadata.requires(DISTRIBUTION) or []
        except metadata.PackageNotFoundError:
            yield Finding(
                "packages", "note", tr("smilepay itself is not installed, so that nobody can tell"), tr("make setup")
            )
            return
    versions, wrong = {}, False
    for requirement in map(Requirement, requirements):
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            versions[requirement.name] = version = _version(requirement.name, version_of)
        except metadata.PackageNotFoundError:
            told = tr("{requirement} is not installed", requirement=requirement.name)
        else:
            if requirement.specifier.contains(version, prereleases=True):
                continue
            told = tr(
                "{requirement} is {version}, and {specifier} is needed",
                requirement=requirement.name,
                version=version,
                specifier=requirement.specifier,
            )
        wrong = True
        asked = quote(f"{requirement.name}{requirement.specifier}")
        yield Finding(
            "packages", "problem", told, tr("in a clone: make setup; elsewhere: pip install {asked}", asked=asked)
        )
    broken = [*_broken()]
    yield from broken
    if not wrong and not broken:
        told = tr("{count} packages, each in a version that is asked for", count=len(versions))
        yield Finding("packages", "ok", told, figures=versions)


def _version(package: str, version_of: Callable[[str], str]) -> str:
    """Raises PackageNotFoundError."""
    try:
        return version_of(package)
    except metadata.PackageNotFoundError:
        if package not in STANDS_FOR:
            raise
        return version_of(STANDS_FOR[package])


def _broken() -> Iterator[Finding]:
    for package, module in LOADED.items():
        try:
            import_module(module)
        except ImportError as error:
            yield Finding(
                "packages",
                "problem",
                tr("{package} cannot be loaded: {error}", package=package, error=error),
                tr(INSTALL),
            )


def look_at_opencv() -> Iterator[Finding]:
    """Whether it can be loaded; what it can open cameras with."""
    try:
        import_module("numpy")  # without it cv2 prints to standard output before it fails
        import cv2
    except ImportError as error:  # a library of the system that the wheel needs
        hint = tr(INSTALL) if isinstance(error, ModuleNotFoundError) else WHAT_OPENCV_NEEDS
        yield Finding("opencv", "problem", tr("cannot be loaded: {error}", error=error), hint)
        return
    registry = cv2.videoio_registry
    backends = [registry.getBackendName(backend) for backend in registry.getCameraBackends()]
    yield Finding("opencv", "ok", str(cv2.__version__), figures={"camera_backends": backends})


def _tested_minors() -> list[str]:
    """Versions that the package says it is tested with, such as 3.11; none where it is not installed."""
    try:
        classifiers = metadata.metadata(DISTRIBUTION).get_all("Classifier") or []
    except metadata.PackageNotFoundError:
        return []
    named = (line.removeprefix(_TESTED) for line in classifiers if line.startswith(_TESTED))
    return sorted((name for name in named if name.replace(".", "").isdigit()), key=_number)


def _number(minor: str) -> tuple[int, ...]:
    return tuple(int(part) for part in minor.split("."))
