"""Who issues a unit's own report and in what name: what Decree 30/2020 asks of each kind of body."""

from __future__ import annotations

from dataclasses import replace

from reports.catalogue import gettext
from reports.figures import Language, Place
from reports.page import Issuer


def unit_as_issuer(place: Place, language: Language) -> Issuer:
    """The unit issues its own report, in the name its kind bears by Decree 30/2020; its head signs it."""
    name, superior = place.name[language], place.superior[language]
    recipients = (gettext("Interior Department", language), gettext("File: registry", language))
    if place.kind in ("province", "commune"):
        committee = committee_of(name, language)
        capacity = gettext("On behalf of the People's Committee", language)
        chair = gettext("Chairperson", language)
        return Issuer(committee, number_suffix="/BC-UBND", capacity=capacity, office=chair, recipients=recipients)
    if place.kind == "department" and superior:
        superior = committee_of(superior, language)
    office = gettext("Director", language) if place.kind == "department" else gettext("Head of the unit", language)
    return Issuer(name, superior, office=office, recipients=recipients)


def to_superior(issuer: Issuer, language: Language) -> Issuer:
    """A body that reports to the one above it, or else to the Interior Department."""
    above = issuer.superior or gettext("Interior Department", language)
    return replace(issuer, recipients=(above, gettext("File: registry", language)))


def authority_of(issuer: Issuer, language: Language) -> str:
    """Who decides in the body's name: Giám đốc Sở Nội vụ."""
    named = gettext("{office} of the {body}", language, office=issuer.office, body=issuer.name)
    return issuer.authority or named


def numbered_as(issuer: Issuer, kind: str) -> str:
    """The sign behind the number of a document that is no report: /QĐ-SNV of a decision (QĐ), and /SNV-… of a letter,
    whose type has no letters (`kind` is empty) and which names the office that drafts it."""
    body = issuer.number_suffix.removeprefix("/BC").removeprefix("-")
    return f"/{kind}-{body or '…'}" if kind else f"/{body or '…'}-…"


def as_decider(issuer: Issuer, language: Language) -> Issuer:
    """The issuer of a decision: who decides signs in his own name, and for nobody, where his is the office."""
    himself = authority_of(issuer, language).casefold().startswith(issuer.office.casefold())
    capacity = "" if himself else issuer.capacity
    return replace(issuer, number_suffix=numbered_as(issuer, "QĐ"), capacity=capacity)


def committee_of(name: str, language: Language) -> str:
    """The people's committee of a place, unless the name already is a committee's."""
    place = name[:1].lower() + name[1:] if language == "vi" else name
    committee = gettext("People's Committee of {place}", language, place=place)
    named = (gettext("People's Committee of {place}", language, place="").strip().casefold(), "ubnd ")
    return name if name.casefold().startswith(named) else committee
