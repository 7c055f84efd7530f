"""A proposal list as canonical JSON: what two people fixed is read again as it was, whatever its sources say since."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from reports.emulation_figures import Origin, Part, ProposalList, UnitPoints
from reports.figures import Place, Text
from survey.analysis.frozen_figures import spelled, unpacked

FORMAT = "emulation-list/1"


def canonical(figures: ProposalList) -> bytes:
    """Keys sorted, UTF-8, no blanks; decimals as they are printed, never as floats. Points and totals stand beside
    what they rest on, so that the file can be checked without this platform."""
    return spelled(
        {
            "format": FORMAT,
            "owner": _place(figures.owner),
            "name": _text(figures.name),
            "year": figures.year,
            "unit_kind": figures.unit_kind,
            "reference": figures.reference,
            "deadline_on": figures.deadline_on.isoformat(),
            "computed_on": figures.computed_on.isoformat(),
            "parts": [{"source": part.source, "weight": str(part.weight), "name": part.name} for part in figures.parts],
            "ranked": [_unit(unit, figures.parts) for unit in figures.ranked],
            "incomplete": [_unit(unit, figures.parts) for unit in figures.incomplete],
            "silent": [_place(each) for each in figures.silent],
        }
    )


def read_list(packed: bytes) -> ProposalList:
    """What :func:`canonical` wrote, compressed. Raises KeyError where it is something else."""
    plain = unpacked(packed)
    parts = tuple(Part(each["source"], Decimal(each["weight"]), each["name"]) for each in plain["parts"])
    return ProposalList(
        _read_place(plain["owner"]),
        Text(*plain["name"]),
        plain["year"],
        plain["unit_kind"],
        plain["reference"],
        date.fromisoformat(plain["deadline_on"]),
        date.fromisoformat(plain["computed_on"]),
        parts,
        tuple(map(_read_unit, plain["ranked"])),
        tuple(map(_read_unit, plain["incomplete"])),
        tuple(map(_read_place, plain["silent"])),
    )


def _text(text: Text) -> list[str]:
    return [text.vi, text.en]


def _place(place: Place) -> dict[str, Any]:
    names = {"name": place.name, "one_stop": place.one_stop, "superior": place.superior}
    return {"code": place.code, "kind": place.kind} | {key: _text(name) for key, name in names.items()}


def _read_place(plain: dict[str, Any]) -> Place:
    names = (Text(*plain[key]) for key in ("one_stop", "superior"))
    return Place(plain["code"], Text(*plain["name"]), plain["kind"], *names)


def _decimal(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _unit(unit: UnitPoints, parts: tuple[Part, ...]) -> dict[str, Any]:
    return {
        "unit": _place(unit.place),
        "origins": [_origin(origin) for origin in unit.origins],
        "points": [_decimal(points) for points in unit.points(parts)],
        "total": _decimal(unit.total(parts)),
        "rank": unit.rank,
        "submitted_on": unit.submitted_on.isoformat() if unit.submitted_on else None,
        "is_late": unit.is_late,
        "award_asked": unit.award_asked,
        "award": unit.award,
    }


def _read_unit(plain: dict[str, Any]) -> UnitPoints:
    day = plain["submitted_on"]
    return UnitPoints(
        _read_place(plain["unit"]),
        tuple(map(_read_origin, plain["origins"])),
        date.fromisoformat(day) if day else None,
        plain["is_late"],
        plain["award_asked"],
        plain["award"],
        plain["rank"],
    )


def _origin(origin: Origin) -> dict[str, Any]:
    return {
        "counted": _decimal(origin.counted),
        "base": _decimal(origin.base),
        "name": _text(origin.name),
        "version": origin.version,
        "digest": origin.digest,
        "reason": origin.reason,
        "gap": origin.gap,
    }


def _read_origin(plain: dict[str, Any]) -> Origin:
    counted, base = (None if plain[key] is None else Decimal(plain[key]) for key in ("counted", "base"))
    rest = (plain["version"], plain["digest"], plain["reason"], plain["gap"])
    return Origin(counted, base, Text(*plain["name"]), *rest)
