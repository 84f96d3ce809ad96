"""What a measurement ran on."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_LIBRARIES = ("dlib-bin", "face-recognition", "numpy", "onnxruntime", "pillow", "typer")
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def machine() -> dict[str, Any]:
    """Processor, cores, system, versions, and what the environment says to the numeric libraries."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "system": f"{platform.system()} {platform.machine()}",
        "versions": {"Python": platform.python_version(), **_versions()},
        "environment": {name: os.environ[name] for name in _THREADS if name in os.environ},
    }


def _versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    """Name, family and model: a virtual machine often gives half a name."""
    facts: dict[str, str] = {}
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            key, _, value = line.partition(":")
            facts.setdefault(key.strip(), value.strip())
    except OSError:
        pass
    name = facts.get("model name") or platform.processor() or "unknown processor"
    numbers = [f"{key} {facts[word]}" for key, word in (("family", "cpu family"), ("model", "model")) if word in facts]
    return f"{name} ({', '.join(numbers)})" if numbers else name
