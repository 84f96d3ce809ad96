"""One set of models, loaded: what the fast engine works with."""

from __future__ import annotations

from copy import copy
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from smilepay_cli.adapters.faces.models.files import CNN, ENCODER, HOG, ModelFiles, ModelsUnavailable, landmarks_file
from smilepay_cli.adapters.faces.models.landmarks import LandmarkModel, unpacked
from smilepay_cli.adapters.faces.models.sessions import Session
from smilepay_cli.adapters.faces.weights import load_dlib

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


class Parts:
    """Encoder, detectors and the landmark models of so many `points`.

    Making it raises ModelsUnavailable when a file is not what was built.
    """

    def __init__(self, files: ModelFiles, points: Iterable[int]) -> None:
        self.files = files
        self.encoder = Session(files.read(ENCODER), optimised=True)
        self.landmarks = {count: LandmarkModel(unpacked(files.read(landmarks_file(count)))) for count in points}
        files.read(HOG)
        self._hog = hog_from(files.folder / HOG)
        self._cnn_bytes = files.read(CNN)
        self._cnn: Session | None = None
        self._making = Lock()

    def new_hog(self) -> Any:
        """A HOG detector for one thread. Not from its file, which may have gone since it was checked."""
        return copy(self._hog)

    def cnn(self, batch: NDArray[Any]) -> NDArray[Any]:
        """Scores of the CNN, which is loaded when it is first needed."""
        with self._making:
            if self._cnn is None:
                self._cnn = Session(self._cnn_bytes)
            network = self._cnn
        return network.run(batch)


def hog_from(path: Path) -> Any:
    """dlib's HOG detector from its file. Raises ModelsUnavailable."""
    try:
        return load_dlib().fhog_object_detector(str(path))
    except RuntimeError as error:
        raise ModelsUnavailable(f"{HOG}: {error}") from None
