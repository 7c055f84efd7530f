"""The ranking of a compilation's units, all or those of a kind or group, with their ranks in the wave before."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from reports.compilation_figures import Compilation, CompiledUnit, Rank, RankLine, RankMovement, RankTable
from survey.analysis.compilation import outermost
from survey.analysis.earlier_waves import earlier_waves
from survey.analysis.ranking import joint_ranks, single_confidence
from survey.models import Wave


def ranked_before(session: Session, wave: Wave, path: str, *, published_only: bool = False) -> Wave | None:
    """The wave before it whose ranks stand beside its own: the last one it is compared with under `path`, if that asked
    the same questionnaire; ranks by another one are no ranks to move from."""
    earlier = earlier_waves(session, wave, path, published_only=published_only)
    return earlier[-1] if earlier and earlier[-1].questionnaire.code == wave.questionnaire.code else None


def rank_table(compilation: Compilation, code: str = "", previous: Compilation | None = None) -> RankTable:
    """The units in the order of their point figures; `code` names a group, "" takes all units together.

    Ranks say nothing across waves unless they are among the same units: `movement` compares the rank intervals among
    those ranked in both. Raises KeyError for a group that does not exist.
    """
    units = chosen_units(compilation, code)
    ranks = joint_ranks([unit.line.index for unit in units])
    before = _by_code(chosen_units(previous, code)) if previous is not None and _has(previous, code) else {}
    moved = _movements(units, ranks, before)
    earlier = list(before.values())
    ranks_before = dict(zip(before, joint_ranks([unit.line.index for unit in earlier]), strict=True))
    lines = [
        RankLine(unit, rank, ranks_before.get(unit.line.place.code), moved.get(unit.line.place.code))
        for unit, rank in zip(units, ranks, strict=True)
    ]
    lines.sort(key=lambda line: (line.rank is None, line.rank.place if line.rank else 0, line.unit.line.place.code))
    ranked = sum(rank is not None for rank in ranks)
    return RankTable(tuple(lines), single_confidence(ranked), previous.wave if previous and before else None)


def chosen_units(compilation: Compilation, code: str) -> tuple[CompiledUnit, ...]:
    """The units of a group (of all with "") that hold different people. Raises KeyError for an unknown group."""
    return outermost(_members(compilation, code))


def units_inside_others(compilation: Compilation, code: str) -> tuple[CompiledUnit, ...]:
    """Those of the group that get no rank since another one of it holds their people already. Raises KeyError for an
    unknown group."""
    units = _members(compilation, code)
    ranked = {unit.line.place.code for unit in outermost(units)}
    return tuple(unit for unit in units if unit.line.place.code not in ranked)


def _members(compilation: Compilation, code: str) -> tuple[CompiledUnit, ...]:
    if not code:
        return compilation.units
    group = compilation.group(code)
    if group is None:
        raise KeyError(code)
    return tuple(unit for unit in compilation.units if unit.line.place.code in group.members)


def _has(compilation: Compilation, code: str) -> bool:
    return not code or compilation.group(code) is not None


def _by_code(units: Sequence[CompiledUnit]) -> dict[str, CompiledUnit]:
    return {unit.line.place.code: unit for unit in units}


def _movements(
    units: Sequence[CompiledUnit], ranks: Sequence[Rank | None], before: dict[str, CompiledUnit]
) -> dict[str, RankMovement]:
    """Up or down where the rank intervals among the units of both waves lie apart."""
    older = joint_ranks([unit.line.index for unit in before.values()])
    ranked_before = {code for code, rank in zip(before, older, strict=True) if rank is not None}
    both = [
        unit
        for unit, rank in zip(units, ranks, strict=True)
        if rank is not None and unit.line.place.code in ranked_before
    ]
    codes = [unit.line.place.code for unit in both]
    now = joint_ranks([unit.line.index for unit in both])
    then = joint_ranks([before[code].line.index for code in codes])
    found: dict[str, RankMovement] = {}
    for code, new, old in zip(codes, now, then, strict=True):
        if new is not None and old is not None:
            found[code] = "up" if new.worst < old.best else "down" if new.best > old.worst else "cannot_tell"
    return found
