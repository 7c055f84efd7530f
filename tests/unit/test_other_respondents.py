"""What documents say of a wave that asked others than citizens: whom, no SIPAS, and nothing of dossiers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from reports.blocks import Grid
from reports.figures import NO_ESTIMATE, Text
from reports.names import group_name, index_name, subject_of
from reports.notes import headline_sentence, method_note, unweighted_instead
from reports.open_metadata import DatasetOnOffer, Licence, dcat_dataset
from reports.province_annexes import annexes
from reports.province_report import report_title
from reports.quality_table import quality_rows
from reports.report_figures import Coverage, Method, UnitReport
from reports.unit_report import report_subject
from survey.models import RESPONDENT_GROUPS
from tests.province_reports import province_report
from tests.report_factory import unit_report

ASKED = {
    "delegate": "đại biểu Hội đồng nhân dân",
    "official": "công chức, viên chức",
    "several": "nhiều nhóm, không gồm người dân",
}


def test_a_report_says_who_answered_and_calls_it_sipas_for_citizens_alone() -> None:
    of_citizens = unit_report()
    assert "người dân, tổ chức" in report_subject(of_citizens, "vi")
    assert "(SIPAS)" in headline_sentence(of_citizens, "vi")
    for respondents, words in ASKED.items():
        report = unit_report(wave=replace(of_citizens.wave, respondents=respondents))
        said = (report_subject(report, "vi"), headline_sentence(report, "vi"), index_name(respondents, "vi"))
        assert all(words in sentence and "SIPAS" not in sentence for sentence in said), said
        assert "người dân, tổ chức" not in " ".join(said)
        assert subject_of(respondents, "vi").endswith(words)
        hidden = unit_report(wave=report.wave, index=replace(report.index, estimate=NO_ESTIMATE))
        assert words in headline_sentence(hidden, "vi")
    assert all(group_name(code, "vi") != code for code in RESPONDENT_GROUPS)


def told_of(report: UnitReport) -> list[str]:
    return [*method_note(report, "vi"), *(row.label for row in quality_rows(report, "vi"))]


def test_dossiers_say_nothing_of_officials() -> None:
    of_citizens = unit_report()
    method: Method = replace(of_citizens.method, weighting="weighted")
    covered = Coverage(0, 0, units_without_transactions=("X",))
    asked = unit_report(method=method, coverage=covered)
    assert unweighted_instead(asked, "vi")
    officials = replace(asked, wave=replace(asked.wave, respondents="official"))
    assert unweighted_instead(officials, "vi") == ""
    for words in ("số hồ sơ", "trên hồ sơ", "trong số người không trả lời"):
        assert [sentence for sentence in told_of(asked) if words in sentence], words
        assert not [sentence for sentence in told_of(officials) if words in sentence], words


def test_open_data_say_whom_a_dataset_is_of() -> None:
    day = date(2026, 7, 1)
    citizens = DatasetOnOffer("u", "p", "W", Text("Đợt"), Text("Tỉnh"), (day, day), day, day, 1, "", ())
    licence = Licence("l", "L")
    assert "SIPAS" in str(dcat_dataset(citizens, licence))
    officials = str(dcat_dataset(replace(citizens, respondents="official"), licence))
    assert "SIPAS" not in officials
    assert "Người trả lời: công chức, viên chức." in officials


def test_a_provinces_report_of_officials_has_their_title_and_no_column_of_dossiers() -> None:
    citizens = province_report(4)
    asked = replace(citizens.whole.wave, respondents="official")
    officials = replace(citizens, whole=replace(citizens.whole, wave=asked))
    of_citizens, of_officials = (
        next(block for block in annexes(each, "vi") if isinstance(block, Grid)) for each in (citizens, officials)
    )
    assert set(of_citizens.head) - set(of_officials.head) == {"Số hồ sơ"}
    assert {len(row) for row in of_officials.rows} >= {len(of_officials.head)} == {len(of_officials.widths)}
    assert "công chức, viên chức" in report_title(officials, "vi")
