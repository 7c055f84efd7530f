"""An operation of the API: one decorator lets callers in, reads what they send, and says it all to the document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel

from survey.blueprints.api.door import enter
from survey.blueprints.api.wire import ApiError, read_body, read_query
from survey.operations.errors import noop as _n

PREFIX = "/api/v1"
blueprint = Blueprint("api", __name__, url_prefix=PREFIX)

# In the order of the document.
UNITS = _n("Units and their counters")
TRANSACTIONS = _n("Numbers of transactions")
DOSSIERS = _n("Dossiers of the one-stop system")
WAVES = _n("Waves and collectors")
QUESTIONNAIRES = _n("Questionnaires")
RESPONSES = _n("Responses")
RESULTS = _n("Results")
TAGS = (UNITS, TRANSACTIONS, DOSSIERS, WAVES, QUESTIONNAIRES, RESPONSES, RESULTS)

View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True)
class Route:
    """What the document says of an operation. `summary` and `text` are msgids; `answer` None: no content."""

    method: str
    rule: str
    tag: str
    action: str
    summary: str
    text: str
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    status: int
    answer: type[BaseModel] | Mapping[str, Any]
    also: frozenset[int]
    example: Mapping[str, Any] = field(default_factory=dict)
    answer_example: Mapping[str, Any] = field(default_factory=dict)

    @property
    def statuses(self) -> list[int]:
        """Every status the operation may answer with."""
        every = {self.status, 401, 403, 429, 503, *self.also}
        if "<" in self.rule:
            every.add(404)
        if self.query is not None:
            every.add(422)
        if self.body is not None:
            every |= {400, 413, 415, 422}
        return sorted(every)


ROUTES: list[Route] = []
_BY_ENDPOINT: dict[str, Route] = {}
# The descriptions of the API, for whoever wants to know before he has a key.
OPEN = frozenset({"api.index", "api.openapi"})


@blueprint.before_request
def guard() -> None:
    """Let nobody in but by an operation's own action; a view that is none, and no description, is nobody's."""
    found = _BY_ENDPOINT.get(request.endpoint or "")
    if found is not None:
        enter(found.action)
    elif request.endpoint not in OPEN:
        raise ApiError(403)


def route(
    method: str,
    rule: str,
    *,
    tag: str,
    action: str,
    summary: str,
    answer: type[BaseModel] | Mapping[str, Any],
    text: str = "",
    query: type[BaseModel] | None = None,
    body: type[BaseModel] | None = None,
    status: int = 200,
    also: tuple[int, ...] = (),
    example: Mapping[str, Any] | None = None,
    answer_example: Mapping[str, Any] | None = None,
) -> Callable[[View], View]:
    """Serve the view at `rule` to keys that the policy allows `action` somewhere; where exactly, the view asks.

    It is called with the rule's variables and, where there are such models, `query` and `body`.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def serve(**values: Any) -> ResponseReturnValue:
            if query is not None:
                values["query"] = read_query(query)
            if body is not None:
                values["body"] = read_body(body)
            return view(**values)

        blueprint.add_url_rule(rule, view.__name__, serve, methods=[method], provide_automatic_options=False)
        found = Route(
            method,
            rule,
            tag,
            action,
            summary,
            text,
            query,
            body,
            status,
            answer,
            frozenset(also),
            example or {},
            answer_example or {},
        )
        ROUTES.append(found)
        _BY_ENDPOINT[f"{blueprint.name}.{view.__name__}"] = found
        return serve

    return decorate
