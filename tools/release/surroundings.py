"""Where releases are tried: an empty home, and programs that are no compilers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.release.shell import Problem

COMPILERS = ("cc", "c++", "gcc", "g++", "clang", "clang++", "cmake", "make", "ninja", "cargo", "rustc", "nvcc")
ORDINARY = ("sh", "env", "uname", "ldd", "getconf")
"""Programs that installers ask what machine this is; everything else is missing."""
KEPT = (
    "PIP_INDEX_URL", "PIP_CERT", "PIP_PROXY", "PIP_CONFIG_FILE", "PIP_DEFAULT_TIMEOUT", "UV_DEFAULT_INDEX",
    "UV_NATIVE_TLS",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy",
    "https_proxy", "no_proxy",
)  # fmt: skip
"""How this machine reaches its index. Its links and extra indexes are left out: they may hold what others have not."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A folder for one trial."""

    folder: Path

    @property
    def home(self) -> Path:
        """Empty at first."""
        return self.folder / "home"

    @property
    def programs(self) -> Path:
        """All that the trial finds by name."""
        return self.folder / "bin"

    @property
    def environment(self) -> Mapping[str, str]:
        """The whole environment of every program of the trial."""
        return {
            "HOME": str(self.home),
            "PATH": f"{self.programs}{os.pathsep}{self.home / '.local' / 'bin'}",
            "TMPDIR": str(self.folder / "tmp"),
            "LANG": "C.UTF-8",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "UV_NO_CONFIG": "1",
            "UV_PYTHON_DOWNLOADS": "never",
            **{name: os.environ[name] for name in KEPT if name in os.environ},
        }


def surroundings(folder: Path) -> Surroundings:
    """New ones, whatever was there. Raises Problem where a compiler is found all the same."""
    shutil.rmtree(folder, ignore_errors=True)
    made = Surroundings(folder)
    for part in (made.home, made.programs, folder / "tmp"):
        part.mkdir(parents=True)
    for name in ORDINARY:
        if (found := shutil.which(name)) is not None:
            (made.programs / name).symlink_to(found)
    reachable = [name for name in COMPILERS if shutil.which(name, path=made.environment["PATH"])]
    if reachable:
        raise Problem(f"a trial would find {', '.join(reachable)}")
    return made
