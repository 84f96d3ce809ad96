"""A child that measures: loads one contender, does what it is asked line by line, and answers with what it took.

    python -m benchmarks.worker CONTENDER

Imports the standard library only, so that a contender may live in another environment (VERIFYFACE_PYTHON).
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from importlib import import_module
from typing import Any

CONTENDERS = {
    "ours": "benchmarks.contenders.ours:Ours",
    "face_recognition": "benchmarks.contenders.theirs:FaceRecognition",
    "dlib": "benchmarks.contenders.theirs:DlibNetwork",
    "verifyface": "benchmarks.contenders.theirs:VerifyFace",
    "numpy products": "benchmarks.contenders.products:NumpyProducts",
    "onnxruntime products": "benchmarks.contenders.products:OnnxruntimeProducts",
    "gallery": "benchmarks.contenders.galleries:Gallery",
    "face_distance": "benchmarks.contenders.galleries:FaceDistance",
    "painter": "benchmarks.contenders.painter:Painter",
}


def main(name: str) -> None:
    """Serve until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not end up among the answers
    contender: Any = None
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            if contender is None:
                module, _, kind = CONTENDERS[name].partition(":")
                contender = getattr(import_module(module), kind)()
            answer = _timed(getattr(contender, asked["operation"]), asked["given"])
        except Exception:
            answer = {"error": traceback.format_exc()}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _timed(operation: Any, given: dict[str, Any]) -> dict[str, Any]:
    begun = time.perf_counter()
    value = operation(**given)
    return {"value": value, "wall": time.perf_counter() - begun}


if __name__ == "__main__":
    main(sys.argv[1])
