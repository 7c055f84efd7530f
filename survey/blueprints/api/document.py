"""The OpenAPI 3.1 document, made of the routes and their models, its words in the reader's language."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from flask import current_app
from flask_babel import force_locale, gettext
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from survey.blueprints.api.fields import CODE_SCHEMA
from survey.blueprints.api.route import PREFIX, ROUTES, TAGS, Route
from survey.blueprints.api.wire import REASONS, Problem, both
from survey.operations.errors import noop as _n

Json = dict[str, Any]

TITLE = _n("SIPAS: measuring satisfaction, for programs")
INTRODUCTION = _n(
    "Units, waves and transactions in, responses in, results out. Send your key with every request: "
    "Authorization: Bearer sipas_… The administrator of your unit makes it under “API keys”. "
    "Days are ISO 8601, texts UTF-8, names stand in Vietnamese and English. "
    "A list answers with “next”, the address of the rows after these. "
    "An error says in both languages what happened and what to do."
)
SCHEMAS = "#/components/schemas/{model}"
PATH_PARTS: dict[str, tuple[str, Json]] = {
    "unit_code": (_n("The unit's code."), CODE_SCHEMA),
    "wave_code": (_n("The wave's code."), CODE_SCHEMA),
    "questionnaire_code": (_n("The questionnaire's code."), CODE_SCHEMA),
    "version": (_n("The version, such as 1.0."), CODE_SCHEMA),
    "start": (_n("First day."), {"type": "string", "format": "date"}),
    "end": (_n("Last day."), {"type": "string", "format": "date"}),
}
HEADERS: dict[int, Json] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    429: {"Retry-After": {"schema": {"type": "string", "pattern": "^[0-9]+$"}, "description": _n("Seconds to wait.")}},
    503: {"Retry-After": {"schema": {"type": "string", "pattern": "^[0-9]+$"}, "description": _n("Seconds to wait.")}},
}
_VARIABLE = re.compile(r"<(\w+)>")


def document(language: str) -> Json:
    """The document in that language, made once a process."""
    kept: dict[str, Json] = current_app.extensions.setdefault("api_documents", {})
    if language not in kept:
        with force_locale(language):
            kept[language] = _translated(_document())
    return kept[language]


def _document() -> Json:
    paths: dict[str, Json] = {}
    for route in sorted(ROUTES, key=lambda route: TAGS.index(route.tag)):
        address = PREFIX + _VARIABLE.sub(r"{\1}", route.rule)
        paths.setdefault(address, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": "1", "description": INTRODUCTION},
        "servers": [{"url": current_app.config["BASE_URL"]}],
        "security": [{"key": []}],
        "tags": [{"name": tag} for tag in TAGS],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": REASONS[401][1]}},
            "schemas": _schemas(),
            "responses": {str(status): _problem(status) for status in REASONS},
        },
    }


def _operation(route: Route) -> Json:
    operation: Json = {
        "tags": [route.tag],
        "operationId": operation_id(route),
        "summary": route.summary,
        "x-action": route.action,
        "responses": {str(status): _response(route, status) for status in route.statuses},
    }
    if route.text:
        operation["description"] = route.text
    if parameters := [*_path_parameters(route), *_query_parameters(route)]:
        operation["parameters"] = parameters
    if route.body is not None:
        content: Json = {"schema": _reference(route.body)}
        if route.example:
            content["example"] = dict(route.example)
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}
    return operation


def operation_id(route: Route) -> str:
    """A name for generated clients, such as get_units_unit_code_counters."""
    return re.sub(r"\W+", "_", f"{route.method.lower()}{route.rule}").strip("_")


def _path_parameters(route: Route) -> Iterator[Json]:
    for name in _VARIABLE.findall(route.rule):
        description, schema = PATH_PARTS[name]
        yield {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def _query_parameters(route: Route) -> Iterator[Json]:
    if route.query is None:
        return
    schema = route.query.model_json_schema(ref_template=SCHEMAS)
    for name, found in schema["properties"].items():
        own = {key: value for key, value in found.items() if key not in ("title", "description", "default")}
        choices = [choice for choice in own.pop("anyOf", []) if choice != {"type": "null"}]
        for choice in choices:  # null cannot be said in an address: it is left out
            own |= choice
        if found.get("default") is not None:
            own["default"] = found["default"]
        yield {"name": name, "in": "query", "schema": own} | (
            {"description": found["description"]} if "description" in found else {}
        )


def _response(route: Route, status: int) -> Json:
    if status == 304:
        return {"description": HTTPStatus(status).phrase}
    if status != route.status:
        return {"$ref": f"#/components/responses/{status}"}
    content: Json = {"schema": _reference(route.answer)}
    if route.answer_example:
        content["example"] = dict(route.answer_example)
    return {"description": HTTPStatus(status).phrase, "content": {"application/json": content}}


def _problem(status: int) -> Json:
    code, sentence = REASONS[status]
    example = Problem(status=status, code=code, message=both(sentence, {})).model_dump()
    content = {"application/json": {"schema": {"$ref": SCHEMAS.format(model="Problem")}, "example": example}}
    return {"description": sentence, "content": content} | ({"headers": HEADERS[status]} if status in HEADERS else {})


def _reference(shape: type[BaseModel] | Any) -> Json:
    name = shape["title"] if isinstance(shape, dict) else shape.__name__
    return {"$ref": SCHEMAS.format(model=name)}


def _schemas() -> Json:
    wanted: dict[type[BaseModel], JsonSchemaMode] = {Problem: "serialization"}
    written: Json = {}
    for route in ROUTES:
        if route.body is not None:
            wanted[route.body] = "validation"
        if isinstance(route.answer, type):
            wanted[route.answer] = "serialization"
        else:
            written[route.answer["title"]] = dict(route.answer)
    _, schemas = models_json_schema(list(wanted.items()), ref_template=SCHEMAS)
    return {**schemas["$defs"], **written}


def _translated(part: Any) -> Any:
    """The same with every title, summary and description in the language in force; classes' docstrings stay ours."""
    if isinstance(part, list):
        return [_translated(each) for each in part]
    if not isinstance(part, dict):
        return copy.copy(part)
    translated = {key: _translated(value) for key, value in part.items()}
    for key in ("summary", "description"):
        if isinstance(part.get(key), str):
            translated[key] = gettext(part[key])
    if "openapi" in part:
        title, names = part["info"]["title"], [tag["name"] for tag in part["tags"]]
        translated["info"]["title"] = gettext(title)
        translated["tags"] = [{"name": gettext(name)} for name in names]
    if isinstance(part.get("tags"), list) and "operationId" in part:
        translated["tags"] = [gettext(tag) for tag in part["tags"]]
    return translated
