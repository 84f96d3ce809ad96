"""`cameras` for people: a table of devices, or one source with what it gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smilepay_cli.render.flow import next_step, ok
from smilepay_cli.render.paper import Table
from smilepay_cli.vocabulary.language import marked, tr, trn

if TYPE_CHECKING:
    from smilepay_cli.render.paper import Paper
    from smilepay_cli.verbs.cameras import CameraResult, CamerasResult, CameraTold
    from smilepay_cli.vocabulary.cameras import FrameFigures, Tried

_NO_PICTURES = {
    "metadata": marked("gives no pictures: metadata only"),
    "output": marked("gives no pictures: it takes them"),
}
_WARNING = "bold yellow"


def show_cameras(result: CamerasResult, paper: Paper) -> None:
    """A row a device; what is wrong with one stands below, with what to do."""
    table = Table()
    table.add_column(tr("--camera"), right=True, whole=True)
    table.add_column(tr("device"), whole=True)
    table.add_column(tr("what"))
    for camera in result.cameras:
        device = camera.device
        name = [f"{device.name}\n"] if device.name else []
        table.add_row(str(device.number), device.path, [*name, (_gave(camera), "dim")])
    paper.table(table)
    for camera in result.cameras:
        if camera.trouble and camera.hint:
            paper.line((f"  {camera.device.path}: {camera.hint}", "dim"))
    working = [camera for camera in result.cameras if camera.tried]
    if working:
        next_step(paper, f"smilepay cameras {working[0].device.number} --face")
    elif result.refusal:
        paper.line(("✗ ", "bold red"), result.refusal.message)
        if result.refusal.hint and not any(camera.hint for camera in result.cameras):
            paper.line((f"  {result.refusal.hint}", "dim"))


def show_camera(result: CameraResult, paper: Paper) -> None:
    """What the driver says, what came, how it looks."""
    tried = result.tried
    ok(
        paper,
        tr(
            "camera {source} gives pictures of {width} x {height}",
            source=result.source,
            width=tried.last.width,
            height=tried.last.height,
        ),
    )
    driver = tried.driver
    if driver is not None:
        rate = tr("no rate") if driver.rate is None else tr("{rate:g} frames a second", rate=driver.rate)
        paper.line(
            tr(
                "  said by {backend}: {width} x {height}, {rate}",
                backend=driver.backend,
                width=driver.width,
                height=driver.height,
                rate=rate,
            )
        )
    paper.line(f"  {_came(tried, is_virtual=result.is_virtual)}")
    paper.line(tr("  first frame: {look}", look=_look(tried.first)))
    if tried.frames > 1:
        paper.line(tr("  last frame: {look}", look=_look(tried.last)))
    if not tried.last.shows_something:
        said = tr("the last frame is black")
        if not tried.last.is_black:
            said = tr("the last frame is of one colour all over")
        paper.line(("  ! ", _WARNING), said)
        paper.line((tr("    open the lens cover, turn on a light, or close what else uses it"), "dim"))
    _show_face(tried, paper)
    if result.saved:
        paper.line(tr("  the last frame is in {saved}", saved=result.saved))


def _show_face(tried: Tried, paper: Paper) -> None:
    if tried.face is None:
        return
    if tried.face.faces == 1:
        paper.line(("  ✓ ", "bold green"), tr("a face of {width} pixels is on the last frame", width=tried.face.width))
    elif tried.face.faces:
        paper.line(
            ("  ! ", _WARNING), tr("{faces} faces are on the last frame; paying takes one", faces=tried.face.faces)
        )
    else:
        paper.line(("  ! ", _WARNING), tr("no face is on the last frame"))


def _gave(camera: CameraTold) -> str:
    tried = camera.tried
    if tried is None:
        return camera.trouble or tr(_NO_PICTURES.get(camera.device.kind, marked("gives no pictures")))
    driver = tried.driver
    size, backend = f"{tried.last.width} x {tried.last.height}", "?" if driver is None else driver.backend
    said = "?" if driver is None or driver.rate is None else f"{driver.rate:g}"
    measured = "?" if tried.rate is None else f"{tried.rate:.1f}"
    told = tr(
        "{size}, {said}/s said, {measured}/s measured, {backend}",
        size=size,
        said=said,
        measured=measured,
        backend=backend,
    )
    empty = tr("the picture is empty")
    return told if tried.last.shows_something else f"{told}\n{empty}"


def _came(tried: Tried, *, is_virtual: bool) -> str:
    if tried.rate is None:
        return trn(tried.frames, "{count} frame came", "{count} frames came")
    if is_virtual:
        return trn(
            tried.frames,
            "{count} frame was read, {rate:,.0f} a second; in a capture they come by the rate above",
            "{count} frames were read, {rate:,.0f} a second; in a capture they come by the rate above",
            rate=tried.rate,
        )
    return trn(
        tried.frames,
        "{count} frame came, {rate:.1f} a second",
        "{count} frames came, {rate:.1f} a second",
        rate=tried.rate,
    )


def _look(frame: FrameFigures) -> str:
    return tr(
        "brightness {brightness:.0%}, sharpness {sharpness:.2f}",
        brightness=frame.brightness,
        sharpness=frame.sharpness,
    )
