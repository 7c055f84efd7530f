"""What goes over the wire of the API: strict JSON in, models out, errors in both languages; see decision 0016."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, NoReturn, TypeVar
from urllib.parse import urlencode

from flask import Response, request
from flask_babel import force_locale, gettext
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails
from werkzeug.exceptions import HTTPException

from survey.operations.errors import noop as _n

Location = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)

# pydantic's errors in words; whatever is not listed is called an impossible value.
SENTENCES = {
    "bool_parsing": _n("This must be true or false."),
    "bool_type": _n("This must be true or false."),
    "date_from_datetime_inexact": _n("This must be a date such as 2026-03-31."),
    "date_from_datetime_parsing": _n("This must be a date such as 2026-03-31."),
    "date_parsing": _n("This must be a date such as 2026-03-31."),
    "date_type": _n("This must be a date such as 2026-03-31."),
    "dict_type": _n("This must be an object."),
    "extra_forbidden": _n("There is no field of this name."),
    "greater_than": _n("This must be more than %(gt)s."),
    "greater_than_equal": _n("This must be at least %(ge)s."),
    "int_from_float": _n("This must be a whole number."),
    "int_parsing": _n("This must be a whole number."),
    "int_parsing_size": _n("This must be a whole number."),
    "int_type": _n("This must be a whole number."),
    "less_than_equal": _n("This must be at most %(le)s."),
    "list_type": _n("This must be a list."),
    "literal_error": _n("This must be one of: %(expected)s."),
    "missing": _n("This is missing."),
    "model_attributes_type": _n("This must be an object."),
    "model_type": _n("This must be an object."),
    "no_words": _n("Nothing in this text can be seen."),
    "repeated": _n("This was given more than once."),
    "string_pattern_mismatch": _n("This does not have the form it must have."),
    "string_too_long": _n("This has more than %(max_length)s characters."),
    "string_too_short": _n("This has fewer than %(min_length)s characters."),
    "string_type": _n("This must be a text."),
    "too_long": _n("This has more than %(max_length)s entries."),
    "too_short": _n("This has fewer than %(min_length)s entries."),
    "uuid_parsing": _n("This must be a UUID."),
    "uuid_type": _n("This must be a UUID."),
    "uuid_version": _n("This must be a UUID of version %(expected_version)s."),
}
IMPOSSIBLE = _n("This value is not possible here.")

REASONS = {
    400: ("malformed", _n("This is not JSON as RFC 8259 has it, or a name stands twice in an object.")),
    401: ("unauthenticated", _n("Send a valid key: Authorization: Bearer sipas_…")),
    403: ("forbidden", _n("The key's roles do not reach this.")),
    404: ("not_found", _n("There is nothing at this address.")),
    409: ("conflict", _n("What stands does not allow this.")),
    405: ("method_not_allowed", _n("This address does not take that method.")),
    413: ("too_large", _n("The body is too large: send less at once.")),
    415: ("not_json", _n("Send the body as application/json.")),
    422: ("invalid", _n("Some values cannot be taken; nothing was stored. See “errors”.")),
    429: ("too_many", _n("This key has sent too many requests: wait as long as Retry-After says.")),
    503: ("busy", _n("The system is busy; nothing was stored. Try again later.")),
}
FAILED = ("failed", _n("Something went wrong on our side; nothing was stored."))
NOT_UNDERSTOOD = ("not_understood", _n("This request was not understood."))


class Words(BaseModel):
    """A sentence in both languages."""

    vi: str
    en: str


class Detail(BaseModel):
    """One thing that is wrong: where (names and indexes from the outside in), a code for programs, and why."""

    loc: list[str | int]
    code: str
    message: Words


class Problem(BaseModel):
    """Why a request was refused."""

    status: int
    code: str
    message: Words
    errors: list[Detail] = Field(default_factory=list, description=_n("With 422: everything that is wrong."))


class Given(BaseModel):
    """The base of what clients send: unknown names, other types and numbers that are none are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, regex_engine="python-re")


class Fault(NamedTuple):
    """One thing wrong with what was sent; the sentence is an English msgid."""

    loc: Location
    code: str
    sentence: str
    parameters: Mapping[str, object]


class ApiError(Exception):
    """A request that is refused; turned into a :class:`Problem`."""

    def __init__(
        self,
        status: int,
        code: str = "",
        sentence: str = "",
        parameters: Mapping[str, object] | None = None,
        *,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        default = REASONS.get(status, FAILED if status >= 500 else NOT_UNDERSTOOD)
        self.status = status
        self.code, self.sentence = code or default[0], sentence or default[1]
        self.parameters = dict(parameters or {})
        self.faults = faults
        self.headers = dict(headers or {})
        super().__init__(self.code)


def invalid(loc: Location, code: str, sentence: str, **parameters: object) -> ApiError:
    """A 422 with one fault that only the database or the calendar knows."""
    return ApiError(422, faults=[Fault(loc, code, sentence, parameters)])


@lru_cache(maxsize=1024)
def _vietnamese(sentence: str) -> str:
    with force_locale("vi"):
        text: str = gettext(sentence)
    return text


def both(sentence: str, parameters: Mapping[str, object]) -> Words:
    """A msgid and its translation, filled in."""
    return Words(vi=_vietnamese(sentence) % parameters, en=sentence % parameters)


def detail(fault: Fault) -> Detail:
    return Detail(loc=list(fault.loc), code=fault.code, message=both(fault.sentence, fault.parameters))


def error_answer(error: ApiError | HTTPException) -> Response:
    """The answer to whatever went wrong below the API's address."""
    if isinstance(error, HTTPException):
        kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
        error = ApiError(error.code or 500, headers=kept)
    problem = Problem(
        status=error.status,
        code=error.code,
        message=both(error.sentence, error.parameters),
        errors=[detail(fault) for fault in error.faults],
    )
    return reply(problem, error.status, error.headers)


def reply(
    answer: BaseModel | Mapping[str, Any],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    conditional: bool = False,
) -> Response:
    """An answer in JSON; a `conditional` one carries an ETag and is 304 for whoever has it already."""
    if isinstance(answer, BaseModel):
        body = answer.model_dump_json().encode()
    else:
        body = json.dumps(answer, ensure_ascii=False, separators=(",", ":"), default=str).encode()
    response = Response(body, status, mimetype="application/json")
    response.headers["Cache-Control"] = "private, no-cache" if conditional else "no-store"
    response.headers.extend(headers or {})
    if conditional:
        response.set_etag(hashlib.sha256(body).hexdigest()[:32], weak=True)
        response.vary.add("Authorization")
        response.make_conditional(request)
    return response


def read_body(model: type[M]) -> M:
    """The body as `model`; raises :class:`ApiError` 400, 415 or 422 (413 comes from reading too much)."""
    if request.mimetype != "application/json":
        raise ApiError(415)
    raw = request.get_data(cache=False)
    _refuse_malformed(raw)
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        if any(each["type"] == "json_invalid" for each in found):
            raise ApiError(400) from error
        raise ApiError(422, faults=[_fault("body", each) for each in found]) from error


def read_query(model: type[M]) -> M:
    """The query of the address as `model`; raises :class:`ApiError` 422."""
    given = dict(request.args.lists())
    repeated = [name for name, values in given.items() if len(values) > 1]
    if repeated:
        faults = [Fault(("query", name[:100]), "repeated", SENTENCES["repeated"], {}) for name in repeated]
        raise ApiError(422, faults=faults)
    try:
        return model.model_validate_strings({name: values[0] for name, values in given.items()})
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise ApiError(422, faults=[_fault("query", each) for each in found]) from error


def next_address(**after: object) -> str:
    """This address with its query, going on behind the last row shown."""
    query = {**request.args.to_dict(), **{name: str(value) for name, value in after.items()}}
    return f"{request.path}?{urlencode(query)}"


def _fault(part: str, error: ErrorDetails) -> Fault:
    kind = error["type"]
    loc = (part, *(step if isinstance(step, int) else step[:100] for step in error["loc"]))
    context = {name: str(value) for name, value in error.get("ctx", {}).items()}
    return Fault(loc, kind if kind in SENTENCES else "impossible_value", SENTENCES.get(kind, IMPOSSIBLE), context)


def _refuse_malformed(raw: bytes) -> None:
    """Refuse what readers of JSON read differently: names that stand twice, NaN, other encodings, boundless depth."""
    try:
        json.loads(raw.decode(), object_pairs_hook=_without_repetition, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ApiError(400) from error


def _without_repetition(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(name)
        found[name] = value
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
