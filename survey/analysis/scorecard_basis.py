"""How computed points came about, kept with the points as JSON, so that a card says the same for ever."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

from reports.figures import Text
from reports.scorecard_figures import Basis, GroupShare


def written(basis: Basis | None) -> str:
    """Empty for points set by hand. Fractions stand as "n/d", so that nothing is rounded."""
    if basis is None:
        return ""
    plain: dict[str, Any] = {"kind": basis.kind, "measure": basis.measure, "gap": basis.gap}
    plain |= {"counted": _text(basis.counted), "base": _text(basis.base)}
    plain["groups"] = [_group(group) for group in basis.groups]
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read(text: str) -> Basis | None:
    """What :func:`written` wrote."""
    if not text:
        return None
    plain = json.loads(text)
    return Basis(
        kind=plain["kind"],
        groups=tuple(_read_group(group) for group in plain["groups"]),
        counted=None if plain["counted"] is None else Decimal(plain["counted"]),
        base=None if plain["base"] is None else Decimal(plain["base"]),
        measure=plain["measure"],
        gap=plain["gap"],
    )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _group(group: GroupShare) -> dict[str, Any]:
    return {
        "group": group.group,
        "weight": str(group.weight),
        "waves": [[wave.vi, wave.en] for wave in group.waves],
        "figure": group.figure,
        "code": group.code,
        "value": str(group.value) if isinstance(group.value, Fraction) else group.value,
        "lower": group.lower,
        "upper": group.upper,
        "people": group.people,
        "gap": group.gap,
    }


def _read_group(plain: dict[str, Any]) -> GroupShare:
    value = plain["value"]
    return GroupShare(
        group=plain["group"],
        weight=Fraction(plain["weight"]),
        waves=tuple(Text(*names) for names in plain["waves"]),
        figure=plain["figure"],
        code=plain["code"],
        value=Fraction(value) if isinstance(value, str) else value,
        lower=plain["lower"],
        upper=plain["upper"],
        people=plain["people"],
        gap=plain["gap"],
    )
