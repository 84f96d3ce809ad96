"""The network alone, one thread: the same chips for ours and dlib, and how near it comes to the processor's limit."""

from __future__ import annotations

from benchmarks.results import MORE, Result, alone, compared
from benchmarks.setting import Report, Setting
from benchmarks.workers import Worker, in_turns

_OWN_CHOICE = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
"""Both make OpenBLAS take other code, or other blocks, than it would pick for this processor."""
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
_CHIPS = 32
_THEIRS = 4
"""Chips that dlib encodes in a round: it takes a tenth of a second for each."""


def measure(setting: Setting) -> Report:
    """ms a face, the distance of the descriptors, and percent of the fastest matrix product."""
    chips, descriptors = str(setting.folder / "chips.npy"), str(setting.folder / "descriptors.npy")
    with (
        Worker("ours") as ours,
        Worker("dlib") as dlib,
        Worker("numpy products", variables=_ONE_THREAD, without=_OWN_CHOICE) as numpy,
        Worker("onnxruntime products", variables=_ONE_THREAD, without=_OWN_CHOICE) as onnxruntime,
    ):
        stills = [str(path) for path in setting.stills()]
        ours.ask("cut_chips", paths=stills, to=chips)
        for worker in (ours, dlib):
            worker.ask("take_chips", path=chips)
        taken = in_turns(
            setting.rounds(15),
            {
                "one by one": lambda _: ours.ask("encode_one_by_one").wall / _CHIPS,
                "dlib": lambda n: dlib.ask("encode", first=_THEIRS * max(n, 0), count=_THEIRS).wall / _THEIRS,
                "together": lambda _: ours.ask("encode_together").wall / _CHIPS,
                "numpy": lambda _: max(numpy.ask("sweep").value),
                "onnxruntime": lambda _: max(onnxruntime.ask("sweep").value),
            },
        )
        dlib.ask("save_descriptors", to=descriptors)
        apart = float(ours.ask("farthest", path=descriptors).value)
        work = 2e-9 * int(ours.ask("multiply_adds").value)
        kernel = str(numpy.ask("kernel").value)
    peaks = [max(pair) for pair in zip(taken["numpy"], taken["onnxruntime"], strict=True)]
    note = (
        f"One thread each, {_CHIPS} chips of 150 x 150 pixels cut from the sample faces. A face is {work:.3f} GFLOP: "
        "two operations for each multiply-add of the graph's convolutions and its last product, by their shapes. "
        f"The peak is the faster of numpy ({kernel}, environment cleared of {' and '.join(_OWN_CHOICE)}) and "
        "onnxruntime, the best of square float32 products from 512 to 2048, in the same rounds."
    )
    return Report(_rows(taken, peaks, work, apart), note)


def _rows(taken: dict[str, list[float]], peaks: list[float], work: float, apart: float) -> list[Result]:
    rows = []
    for name, label in (("one by one", "one face a call"), ("together", f"{_CHIPS} faces a call")):
        key = name.replace(" ", "_")
        ours, theirs = ([1000 * value for value in taken[which]] for which in (name, "dlib"))
        rows.append(compared(f"encoder/{key}", f"encode a face, {label}", ours, theirs, "ms", reference="dlib"))
        rates = [100 * work / seconds / peak for seconds, peak in zip(taken[name], peaks, strict=True)]
        rows.append(alone(f"encoder/{key}_of_peak", f"encoder's share of the peak, {label}", rates, "%", better=MORE))
    for name in ("numpy", "onnxruntime"):
        what = f"float32 matrix product, one thread, {name}"
        rows.append(alone(f"encoder/{name}_peak", what, taken[name], "GFLOP/s", better=MORE))
    rows.append(alone("encoder/apart", "largest L2 distance of a descriptor from dlib's", [apart], "L2"))
    rows.append(alone("encoder/work", "arithmetic of one face", [work], "GFLOP"))
    return rows
