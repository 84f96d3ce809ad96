"""Results for people: one function a kind of result, found by the name of its class."""

from __future__ import annotations

from importlib import import_module
from typing import TextIO

from smilepay_cli.render.paper import Paper
from smilepay_cli.vocabulary.errors import ExitStatus
from smilepay_cli.vocabulary.language import marked, tr
from smilepay_cli.vocabulary.results import Refusal, Result

SHOWN_BY = {
    "StartResult": "start.show_start",
    "ScriptResult": "completion.show_script",
    "InstallResult": "completion.show_installed",
    "EnrollResult": "flow.show_enrolled",
    "CatalogueResult": "flow.show_catalogue",
    "LeftResult": "receipt.show_left",
    "EditResult": "flow.show_edited",
    "ShopResult": "receipt.show_order",
    "PayResult": "receipt.show_payment",
    "BalanceResult": "money.show_balances",
    "MoneyResult": "money.show_movement",
    "PaymentResult": "money.show_payment_change",
    "ReceiptResult": "receipt.show_receipt",
    "StatementResult": "statement.show_statement",
    "LimitsResult": "statement.show_limits",
    "EventsResult": "trail.show_events",
    "EventResult": "event.show_event",
    "VerifyResult": "evidence.show_verified",
    "CheckpointResult": "evidence.show_checkpoint",
    "ExportResult": "evidence.show_export",
    "ReportResult": "evidence.show_report",
    "RescoreResult": "rescore.show_rescored",
    "PruneResult": "rescore.show_pruned",
    "AccountsResult": "accounts.show_accounts",
    "AccountResult": "accounts.show_account",
    "LookalikesResult": "accounts.show_lookalikes",
    "ChangeResult": "accounts.show_change",
    "KeyResult": "keys.show_key",
    "PolicyResult": "policies.show_policies",
    "FloorResult": "policies.show_floor",
    "BackupResult": "copies.show_backup",
    "RestoreResult": "copies.show_restored",
    "ForgeResult": "forging.show_forged",
    "SpeciesResult": "forging.show_species",
    "ReplayResult": "replay.terminal.show_replay",
    "CalibrateResult": "calibration.show_calibrated",
    "RunResult": "scenarios.terminal.show_run",
    "ListResult": "scenarios.terminal.show_listed",
    "RecordResult": "scenarios.recorded.show_recorded",
    "CamerasResult": "cameras.show_cameras",
    "CameraResult": "cameras.show_camera",
    "DoctorResult": "doctor.show_findings",
}
"""Modules of this folder and functions in them, by name: only the one that is needed is imported."""

_CLASS = {
    ExitStatus.NO_MATCH: marked("not recognised"),
    ExitStatus.AMBIGUOUS: marked("not sure who this is"),
    ExitStatus.ATTACK_SUSPECTED: marked("not accepted: a live, new smile was not shown"),
}
"""What the person in front is told; what exactly failed is in the event."""
_CLASS_AT_THE_TILL = {
    ExitStatus.INSUFFICIENT_FUNDS: marked("not enough money on the account"),
    ExitStatus.OVER_LIMIT: marked("over a limit, or a PIN is needed"),
}
"""In addition where somebody pays: whoever stands behind must not read what is on the account."""


def show(result: Result, stream: TextIO, *, color: bool, plain: bool = False) -> None:
    """Render a result on a stream."""
    paper = Paper(stream, color=color, heard=plain)
    if not result.refusal or len(result.warnings) > 1:  # the only frame's reason is the refusal's own
        for warning in result.warnings:
            paper.line((tr("note: {warning}", warning=warning), "yellow"))
    shown_by = SHOWN_BY.get(type(result).__name__)
    if result.refusal and not result.is_report:
        show_refusal(result, result.refusal, paper)
    elif shown_by is not None:
        module, _, function = shown_by.rpartition(".")
        getattr(import_module(f"smilepay_cli.render.{module}"), function)(result, paper)


def show_refusal(result: Result, refusal: Refusal, paper: Paper) -> None:
    """The reason's class for what a face was refused for, the plain reason for everything else."""
    told = _CLASS.get(refusal.exit)
    if told is None and type(result).__name__ == "PayResult":
        told = _CLASS_AT_THE_TILL.get(refusal.exit)
    paper.line(("✗ " + tr("refused: "), "bold red"), tr(told) if told else refusal.message)
    hint = refusal.hint
    decision = getattr(result, "decision", None)
    if told and result.events and not (decision and decision.is_alone):  # that nobody is enrolled is nobody's secret
        hint = tr("what was checked: smilepay audit show {event}", event=result.events[-1])
    if hint:
        paper.line((f"  {hint}", "dim"))
