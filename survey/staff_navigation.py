"""The menu of the back office: what each entry is called, where it leads, and what one must be allowed to see it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from survey.accounts.scope import can


@dataclass(frozen=True)
class Entry:
    endpoint: str
    label: LazyString
    action: str
    also: str = ""  # a room without an entry of its own, found from this one


MENU: tuple[tuple[LazyString, tuple[Entry, ...]], ...] = (
    (
        _l("Results"),
        (
            Entry("unit_results.index", _l("Dashboard"), "results.read"),
            Entry("comments.index", _l("Comments"), "comments.read"),
            Entry("responses.index", _l("Responses"), "responses.read"),
            Entry("exports.index", _l("Export"), "exports.figures"),
        ),
    ),
    (
        _l("Follow-up"),
        (
            Entry("petitions.index", _l("Opinions and recommendations"), "petitions.read"),
            Entry("dialogues.index", _l("Dialogues"), "dialogues.read", also="commitments.index"),
            Entry("remedies.index", _l("Remedies"), "remedies.read"),
            Entry("themes.index", _l("Themes of comments"), "themes.read"),
        ),
    ),
    (
        _l("Compilation"),
        (
            Entry("filings.index", _l("Periodic reports"), "filings.read", also="filing_board.index"),
            Entry("compilation.index", _l("Compilation and ranks"), "compilation.read"),
            Entry("counter_scores.index", _l("Counter scores"), "counter_scores.read"),
            Entry("scorecards.index", _l("PAR INDEX scorecards"), "scorecards.read"),
            Entry("indices.index", _l("Indices over the years"), "indices.read"),
            Entry("emulation.index", _l("Emulation"), "emulation.read"),
            Entry("documents.index", _l("Documents to issue"), "documents.read"),
        ),
    ),
    (
        _l("Survey"),
        (
            Entry("waves.index", _l("Waves"), "waves.read"),
            Entry("questionnaires.index", _l("Questionnaires"), "questionnaires.read"),
            Entry("paper.index", _l("Paper forms"), "paper.read"),
            Entry("imports.index", _l("Import answers"), "imports.run"),
        ),
    ),
    (
        _l("Places"),
        (
            Entry("places.index", _l("Units and counters"), "places.read"),
            Entry("services.index", _l("Procedures"), "places.read"),
            Entry("transactions.index", _l("Transactions"), "transactions.read"),
        ),
    ),
    (
        _l("Administration"),
        (
            Entry("people.index", _l("Users"), "people.read"),
            Entry("audit.index", _l("Audit log"), "audit.read"),
            Entry("mail.index", _l("Outbox of mail"), "mail.read"),
            Entry("api_keys.index", _l("API keys"), "api.manage"),
            Entry("webhooks.index", _l("Webhooks"), "webhooks.manage"),
        ),
    ),
)


@dataclass(frozen=True)
class Link:
    label: LazyString
    url: str
    current: bool


def addresses(entry: Entry) -> tuple[str, ...]:
    """Where the pages begin at which the entry is marked."""
    return tuple(url_for(endpoint) for endpoint in (entry.endpoint, entry.also) if endpoint)


def menu() -> list[tuple[LazyString, list[Link]]]:
    """The groups of links the signed-in person may follow, the one of this page marked; empty groups left out."""
    groups = []
    for heading, entries in MENU:
        links = [
            Link(entry.label, url_for(entry.endpoint), request.path.startswith(addresses(entry)))
            for entry in entries
            if entry.endpoint in current_app.view_functions and can(entry.action)
        ]
        if links:
            groups.append((heading, links))
    return groups
