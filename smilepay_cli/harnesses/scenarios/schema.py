"""The JSON Schema of scenario files, for editors: the models, and the program's commands with their options.

It is published as schemas/scenario.json; a test holds that file against this.
"""

from __future__ import annotations

import json
from typing import Any

from smilepay_cli.harnesses.scenarios.forms import ALIASES, Form, Forms, Key
from smilepay_cli.harnesses.scenarios.models import PART, Clock, Fault, Kill, Matcher, Part, ScenarioForm, Tamper
from smilepay_cli.harnesses.scenarios.options import CATALOGUE
from smilepay_cli.harnesses.scenarios.steps import MOST_AT_ONCE

REFERENCE = {"type": "string", "pattern": "\\$\\{"}
"""In place of a value: `${matrix.image}`, `${order}`."""
_TEXT: dict[str, Any] = {"type": ["string", "number"]}
_KINDS: dict[str, dict[str, Any]] = {
    "text": _TEXT,
    "whole": {"anyOf": [{"type": "integer"}, REFERENCE]},
    "number": {"anyOf": [{"type": "number"}, REFERENCE]},
    "flag": {"anyOf": [{"type": "boolean"}, REFERENCE]},
}


def schema(forms: Forms) -> dict[str, Any]:
    """Of one scenario, which is one document of a file."""
    whole = ScenarioForm.model_json_schema(by_alias=True)
    defs = whole.pop("$defs")
    for part in (Clock, Matcher, Kill, Tamper, Fault):
        defs[part.__name__] = _of(part, defs)
    for name in ("KillPoint", "Outcome"):
        defs[name] = {"anyOf": [{"enum": defs[name]["enum"]}, REFERENCE]}
    defs["StepForm"] = _step(defs["StepForm"], forms)
    defs["Command"] = _command(forms)
    defs.update({form.name: _form(form) for form in forms.values()})
    defs["Kill"]["properties"]["during"] = {"$ref": "#/$defs/Command"}
    enroll = _form(forms["enroll"])
    account = {**enroll, "properties": {key: of for key, of in enroll["properties"].items() if key != "name"}}
    account.pop("required", None)
    whole["properties"]["accounts"] = {
        "description": whole["properties"]["accounts"]["description"],
        "type": "object",
        "additionalProperties": account,
    }
    made = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "smilepay scenario",
        "description": "One document of a *.smile.yaml file. Generated from the models and the commands.",
        **{name: value for name, value in whole.items() if name not in ("title", "description")},
        "$defs": defs,
    }
    cleaned: dict[str, Any] = _cleaned(made)
    return cleaned


def text(forms: Forms) -> str:
    """The file."""
    return json.dumps(schema(forms), indent=1, ensure_ascii=False) + "\n"


def _of(part: type[Part], defs: dict[str, Any]) -> dict[str, Any]:
    made = part.model_json_schema(by_alias=True)
    defs.update(made.pop("$defs", {}))
    return made


def _step(common: dict[str, Any], forms: Forms) -> dict[str, Any]:
    commands = {name: _referred(form) for name, form in forms.items()}
    others: dict[str, Any] = {
        CATALOGUE: {
            "description": "Make this the catalogue.",
            "type": "object",
            "properties": {"text": {"type": ["string", "object"]}, "file": {"type": "string"}},
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
        },
        "advance": {
            "description": "Move the clock on.",
            "anyOf": [{"type": "string", "pattern": "^[0-9]{1,9}(ms|s|m|h|d)$"}, REFERENCE],
        },
        "parallel": {
            "description": "A race: each command in a process of its own, all at the same time.",
            "type": "array",
            "items": {"$ref": "#/$defs/Command"},
            "minItems": 2,
            "maxItems": MOST_AT_ONCE,
        },
        **{name: {"$ref": f"#/$defs/{name.title()}"} for name in ("kill", "tamper", "fault")},
    }
    steps = {**commands, **others}
    return {
        "description": common["description"],
        "type": "object",
        "properties": {**steps, **common["properties"]},
        "additionalProperties": False,
        "oneOf": [{"required": [name]} for name in steps],
    }


def _command(forms: Forms) -> dict[str, Any]:
    return {
        "description": "One command with its options.",
        "type": "object",
        "properties": {name: _referred(form) for name, form in forms.items()},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }


def _referred(form: Form) -> dict[str, Any]:
    return {"description": form.help, "$ref": f"#/$defs/{form.name}"}


def _form(form: Form) -> dict[str, Any]:
    properties = {key.name: _key(key) for key in form.keys.values()}
    for alias, name in ALIASES.items():
        if name in form.keys and alias not in form.keys:
            properties = {alias: properties[name], **properties}
    made: dict[str, Any] = {
        "description": form.help,
        "type": ["object", "null"],
        "properties": properties,
        "additionalProperties": False,
    }
    if required := [key.name for key in form.keys.values() if key.required]:
        made["required"] = required
    return made


def _key(key: Key) -> dict[str, Any]:
    kind = dict(_KINDS[key.kind])
    if key.choices:
        kind = {"anyOf": [{"enum": list(key.choices)}, REFERENCE]}
    if key.name == "policy":
        kind = {"type": ["string", "object"]}
    if key.name == "picks":
        counts = {"type": "object", "additionalProperties": _KINDS["whole"]}
        kind = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}, counts]}
    elif key.is_list:
        kind = {"anyOf": [kind, {"type": "array", "items": kind, "minItems": 1}]}
    return {"description": key.help, **kind} if key.help else kind


def _cleaned(value: Any) -> Any:
    """References in their own form, and no titles and defaults that pydantic makes out of names and objects."""
    if isinstance(value, dict):
        if isinstance(value.get(PART), str):
            return {"$ref": f"#/$defs/{value[PART]}"}
        return {
            name: _cleaned(entry)
            for name, entry in value.items()
            if name != "default" and not (name == "title" and isinstance(entry, str) and entry != "smilepay scenario")
        }
    return [_cleaned(entry) for entry in value] if isinstance(value, list) else value
