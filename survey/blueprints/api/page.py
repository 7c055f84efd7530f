"""The API described for people: one page made of the OpenAPI document, readable without a key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue

from survey.blueprints.api.document import document
from survey.blueprints.api.door import BODY_LIMIT
from survey.blueprints.api.route import blueprint
from survey.blueprints.api.wire import reply
from survey.language import chosen_language
from survey.staff_pages import asset

KEY = "sipas_1a2b3c4d_…"


class Field(NamedTuple):
    """A parameter or a part of a body."""

    name: str
    kind: str
    required: bool
    words: str


class Operation(NamedTuple):
    """What the page says of one operation."""

    anchor: str
    method: str
    address: str
    summary: str
    text: str
    fields: list[Field]
    body: list[Field]
    statuses: list[tuple[str, str]]
    command: str


@blueprint.get("/openapi.json", provide_automatic_options=False)
def openapi() -> ResponseReturnValue:
    return reply(document(chosen_language()), headers={"Vary": "Accept-Language"}, conditional=True)


@blueprint.get("/", provide_automatic_options=False)
def index() -> ResponseReturnValue:
    language = chosen_language()
    described = document(language)
    return render_template(
        "api/index.html",
        language=language,
        other="en" if language == "vi" else "vi",
        described=described,
        groups=list(_groups(described)),
        asset=asset,
        key=KEY,
        per_minute=current_app.config["API_REQUESTS_PER_MINUTE"],
        body_megabytes=BODY_LIMIT // 2**20,
    )


def _groups(described: dict[str, Any]) -> Iterator[tuple[str, list[Operation]]]:
    for tag in described["tags"]:
        operations = [
            _operation(described, address, method, operation)
            for address, methods in described["paths"].items()
            for method, operation in methods.items()
            if operation["tags"] == [tag["name"]]
        ]
        yield tag["name"], operations


def _operation(described: dict[str, Any], address: str, method: str, operation: dict[str, Any]) -> Operation:
    parameters = operation.get("parameters", [])
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return Operation(
        anchor=operation["operationId"],
        method=method.upper(),
        address=address,
        summary=operation["summary"],
        text=operation.get("description", ""),
        fields=[
            Field(each["name"], _kind(each["schema"]), each.get("required", False), each.get("description", ""))
            for each in parameters
        ],
        body=list(_body(described, content["schema"])) if content else [],
        statuses=[(status, _meaning(described, answer)) for status, answer in operation["responses"].items()],
        command=_command(address, method, content.get("example")),
    )


def _body(described: dict[str, Any], schema: dict[str, Any], before: str = "") -> Iterator[Field]:
    """The fields of a body, those of its rows too."""
    found = _resolved(described, schema)
    for name, part in found.get("properties", {}).items():
        yield Field(before + name, _kind(part), name in found.get("required", []), part.get("description", ""))
        if "$ref" in part.get("items", {}):
            yield from _body(described, part["items"], f"{before}{name}[].")


def _resolved(described: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    kind, name = schema["$ref"].rsplit("/", 2)[1:]
    found: dict[str, Any] = described["components"][kind][name]
    return found


def _meaning(described: dict[str, Any], answer: dict[str, Any]) -> str:
    words: str = _resolved(described, answer)["description"]
    return words


def _kind(schema: dict[str, Any]) -> str:
    """A schema in a few words: "string", "integer | null", "open, closed"."""
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_kind(choice) for choice in schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    kind = schema.get("type", "object")
    return "date" if schema.get("format") == "date" else "uuid" if schema.get("format") == "uuid" else kind


def _command(address: str, method: str, example: object) -> str:
    """The request for curl, to be copied."""
    filled = address.replace("{unit_code}", "X01").replace("{wave_code}", "2026-H1")
    filled = filled.replace("{questionnaire_code}", "counter").replace("{version}", "1.0")
    filled = filled.replace("{start}", "2026-01-01").replace("{end}", "2026-06-30")
    verb = "" if method == "get" else f" -X {method.upper()}"
    lines = [f"curl{verb} {request.url_root.rstrip('/')}{filled}", f"     -H 'Authorization: Bearer {KEY}'"]
    if example:
        lines += ["     -H 'Content-Type: application/json'", f"     -d '{json.dumps(example, ensure_ascii=False)}'"]
    return " \\\n".join(lines)
