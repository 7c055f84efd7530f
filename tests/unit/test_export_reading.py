"""A frozen report read back is the report that was frozen, to the digit that is printed; disagreement is found."""

from __future__ import annotations

import json
from dataclasses import replace

from reports.wording import figure_percent
from survey.analysis.export_reading import report_from
from survey.analysis.frozen_figures import agrees, canonical, packed, unpacked
from tests.report_factory import hidden_report, unit_report


def test_what_is_read_back_is_what_was_frozen() -> None:
    report = unit_report(changes=(), trend=(), months=())
    content = canonical(report)
    assert b"printed" not in content
    kept = unpacked(packed(content))
    found = report_from(kept, report.wave.state, report.wave.respondents)
    assert canonical(found) == content
    unseen = canonical(replace(hidden_report(), changes=(), trend=(), months=()))
    assert canonical(report_from(json.loads(unseen), "closed", "citizen")) == unseen
    assert (found.index.people, found.index.estimate.exact) == (report.index.people, report.index.estimate.exact)
    assert [figure_percent(one, "vi") for one in found.items] == [figure_percent(one, "vi") for one in report.items]


def test_a_renamed_unit_agrees_and_another_number_does_not() -> None:
    report = unit_report(changes=(), trend=(), months=())
    kept = json.loads(canonical(report))
    renamed = replace(report.place, name=replace(report.place.name, vi="Tên mới"))
    assert agrees(replace(report, place=renamed), kept)
    assert not agrees(replace(report, index=replace(report.index, people=report.index.people + 1)), kept)
    assert not agrees(replace(report, items=report.items[1:]), kept)
