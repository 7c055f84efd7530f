"""How units, counters and waves are named in figures."""

from __future__ import annotations

from reports.figures import Place, Text, WaveLabel
from survey.models import Counter, Unit, Wave


def place(unit: Unit) -> Place:
    superior = Text(unit.parent.name_vi, unit.parent.name_en) if unit.parent else Text("")
    one_stop = Text(unit.one_stop_vi, unit.one_stop_en)
    return Place(unit.code, Text(unit.name_vi, unit.name_en), unit.kind, one_stop, superior)


def counter_place(counter: Counter, unit: Unit) -> Place:
    code, name = f"{unit.code}/{counter.code}", Text(counter.name_vi, counter.name_en)
    return Place(code, name, "counter", superior=Text(unit.name_vi, unit.name_en))


def wave_label(wave: Wave) -> WaveLabel:
    name = Text(wave.name_vi, wave.name_en)
    return WaveLabel(wave.code, name, wave.period_start, wave.period_end, wave.state, wave.respondents)
