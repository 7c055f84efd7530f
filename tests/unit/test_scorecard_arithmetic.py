"""Scorecards without a database: points to the digit, contradictions refused, what is written is read back."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from forms.scorecard_definition import (
    CriterionDefinition,
    GroupSource,
    Manual,
    Measure,
    Name,
    Ratio,
    Scale,
    ScorecardFault,
    Step,
    Survey,
)
from forms.scorecard_notation import read, rule_of, terms_of, write
from reports.figures import Place, Text
from reports.scorecard import scorecard_pdf
from reports.scorecard_figures import Basis, BoardLine, Card, CardLine, GroupShare, Sum, ranked
from reports.scorecard_wording import formula, group_sentence, uncounted
from reports.scorecard_workbook import scorecard_xlsx
from survey.analysis import scorecard_basis
from survey.analysis.scorecards import scale_points, survey_points, total_of, with_sums
from tests.scorecards import annex_definition

ONE = Decimal(1)
PLACE = Place("SO", Text("Sở Mẫu", "Sample Department"), "department", superior=Text("Tỉnh Mẫu"))


def group(value: Fraction | float | None, weight: str = "1", **more: object) -> GroupShare:
    known = GroupShare("delegate", Fraction(weight), (Text("Đợt 1"),), "index", "", value, 0.8, 0.9, 50)
    return replace(known, **more)  # type: ignore[arg-type]


def test_shares_become_points_by_steps_or_in_proportion() -> None:
    linear = Scale(full_at=Fraction(4, 5), none_below=Fraction(1, 5))
    for share, points in (("1/10", "0"), ("1/5", "0.25"), ("2/5", "0.5"), ("4/5", "1"), ("3/2", "1"), ("1/3", "0.42")):
        assert scale_points(linear, Fraction(share), ONE, "half_up_2") == Decimal(points), share
    steps = Scale(steps=(Step(Fraction(1, 10), Decimal("0.5")), Step(Fraction(1, 5), ONE)))
    for share, points in (("99/1000", "0"), ("1/10", "0.5"), ("113/1000", "0.5"), ("1/5", "1"), ("2", "1")):
        assert scale_points(steps, Fraction(share), ONE, "half_up_2") == Decimal(points), share
    half = Scale(full_at=Fraction(1))  # 0.005 goes up, which a float of 0.285 × 1 would not
    assert scale_points(half, Fraction(57, 200), ONE, "half_up_2") == Decimal("0.29")


def test_groups_are_weighted_exactly_and_rounded_once() -> None:
    groups = [group(Fraction(43, 50), "0.2"), group(Fraction(33, 40), "0.3"), group(Fraction(53, 61), "0.5")]
    assert survey_points(groups, Decimal("33.5"), "half_up_2") == Decimal("28.61")
    assert survey_points([group(0.285)], Decimal(1), "half_up_2") == Decimal("0.29")
    assert survey_points([*groups, group(None, "1", gap="hidden")], Decimal("33.5"), "half_up_2") is None


def leaf(key: int, number: str, maximum: str, points: str | None) -> CardLine:
    found = None if points is None else Decimal(points)
    return CardLine(
        key, number, 2, Text(f"Tiêu chí {number}"), "manual", Decimal(maximum),
        {"self": found, "appraisal": found, "final": None},
    )  # fmt: skip


def make_card(lines: list[CardLine], parents: dict[int, int | None], **more: object) -> Card:
    summed = with_sums(lines, parents)
    day = datetime(2026, 12, 1, tzinfo=UTC).date()
    card = Card(
        1, PLACE, Text("Bảng điểm"), "so", 1, 2026, Text("Quyết định mẫu"), "Tổ chấm điểm", "appraised",
        day, day, day, summed, total_of(summed),
    )  # fmt: skip
    return replace(card, **more)  # type: ignore[arg-type]


def test_sums_go_up_the_tree_and_leave_out_what_has_no_points() -> None:
    top = replace(leaf(1, "I", "0", None), rule="group")
    inner = replace(leaf(2, "I.1", "0", None), rule="group")
    lines = [top, inner, leaf(3, "1", "0.3", "0.1"), leaf(4, "2", "2", None), leaf(5, "3", "1", "0.2")]
    card = make_card(lines, {1: None, 2: 1, 3: 2, 4: 2, 5: 1})
    found = {line.number: (str(line.maximum), str(line.points["self"])) for line in card.lines if line.is_heading}
    assert found == {"I": ("3.3", "0.3"), "I.1": ("2.3", "0.1")}
    assert (str(card.total.maximum), str(card.total.points["self"]), card.total.points["final"]) == ("3.3", "0.3", None)
    assert [line.number for line in card.open_lines("self")] == ["2"]


def test_a_share_is_of_the_criteria_that_have_points_and_says_what_is_not_counted() -> None:
    lines = [leaf(1, "1", "48", "41.09"), leaf(2, "2", "10", None), leaf(3, "3", "2", None)]
    card = make_card(lines, dict.fromkeys((1, 2, 3)))
    total = card.sum("self")
    assert (total.share, total.uncounted, total.open) == (Fraction(4109, 4800), Decimal(12), 2)
    assert uncounted(total, "vi") == "chưa tính 2 tiêu chí chưa có điểm (12,00 điểm)"
    assert card.sum("final").share is None
    assert uncounted(replace(total, open=0), "vi") == ""
    text = " ".join(text_of(scorecard_pdf(card, moment=datetime(2026, 12, 1, tzinfo=UTC))))
    assert "41,09 trên 48,00" in text
    assert "85,60%" in text
    assert "Chưa tính 2 tiêu chí chưa có điểm (12,00 điểm)." in text
    rows = CalamineWorkbook.from_filelike(io.BytesIO(scorecard_xlsx(card))).get_sheet_by_index(0).to_python()
    told = {row[1]: row[3] for row in rows[-3:]}
    assert list(told.values()) == [48.0, pytest.approx(41.09 / 48), "chưa tính 2 tiêu chí chưa có điểm (12,00 điểm)"]


def test_equal_points_share_a_rank() -> None:
    lines = [
        BoardLine(key, PLACE, "final", "final", Sum(Decimal(points), Decimal(100), Decimal(100), 0))
        for key, points in enumerate(("80", "90.5", "90.5", "70", "80.00"), 1)
    ]
    assert ranked(lines) == {2: 1, 3: 1, 1: 3, 5: 3, 4: 5}


def test_every_rule_is_written_and_read_back() -> None:
    scale = Scale(steps=(Step(Fraction(1, 3), Decimal("0.5")), Step(Fraction(19, 20), ONE)))
    survey = Survey(
        (
            GroupSource("delegate", Fraction(1, 3), ("A", "B"), "factor", "access"),
            GroupSource("citizen", Fraction(2, 3), ("C",)),
        )
    )
    rules = (Manual(), Ratio(scale, Name("Đạt", "Met"), Name("Tổng")), Measure("dialogues_held", scale), survey)
    criteria = tuple(
        CriterionDefinition(f"I.{place}", Name(f"Tiêu chí {place}"), Decimal("1.25"), rule)
        for place, rule in enumerate(rules, 1)
    )
    template = replace(
        annex_definition(), criteria=(CriterionDefinition("I", Name("Đề mục"), Decimal(5), None, criteria),)
    )
    back = read(write(template))
    assert back == replace(template, criteria=(replace(template.criteria[0]),))
    assert back.maximum == Decimal(5)
    for rule in rules:
        assert rule_of(type(rule).__name__.lower(), terms_of(rule), "1") == rule
    assert read(write(annex_definition())) == annex_definition()


LEAF = CriterionDefinition("1", Name("Tiêu chí"), ONE, Manual())
SOURCE = GroupSource("citizen", Fraction(1), ("W",))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (replace(LEAF, maximum=None), "maximum"),
        (replace(LEAF, maximum=Decimal("0.005")), "points"),
        (replace(LEAF, maximum=Decimal("NaN")), "points"),
        (replace(LEAF, number=" "), "number"),
        (replace(LEAF, name=Name("")), "name"),
        (replace(LEAF, criteria=(LEAF,)), "rule_of_heading"),
        (CriterionDefinition("I", Name("Đề mục")), "heading_empty"),
        (CriterionDefinition("I", Name("Đề mục"), Decimal(2), None, (LEAF,)), "sum"),
        (CriterionDefinition("1", Name("Đề mục"), None, None, (LEAF,)), "number_twice"),
        (replace(LEAF, rule=Ratio(Scale())), "scale"),
        (replace(LEAF, rule=Ratio(Scale(full_at=Fraction(0)))), "scale_share"),
        (replace(LEAF, rule=Ratio(Scale((Step(Fraction(1), Decimal(2)),)))), "step_above"),
        (replace(LEAF, rule=Ratio(Scale((Step(Fraction(1), ONE), Step(Fraction(1), ONE))))), "steps_order"),
        (replace(LEAF, rule=Survey(())), "weights"),
        (replace(LEAF, rule=Survey((SOURCE, SOURCE))), "group_twice"),
        (replace(LEAF, rule=Survey((replace(SOURCE, weight=Fraction(9, 10)),))), "weights"),
        (replace(LEAF, rule=Survey((replace(SOURCE, waves=()),))), "waves"),
        (replace(LEAF, rule=Survey((replace(SOURCE, figure="factor"),))), "figure"),
    ],
)
def test_a_definition_that_contradicts_itself_is_refused(line: CriterionDefinition, code: str) -> None:
    with pytest.raises(ScorecardFault) as caught:
        replace(annex_definition(), criteria=(line,)).check()
    assert caught.value.code == code


@pytest.mark.parametrize("text", ["[]", "a: &x [*x]", "- " * 2000, "code: 1\ncode: 2", "x" * 200_001, "criteria: 5"])
def test_a_file_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ScorecardFault):
        read(text)


def test_the_basis_is_kept_exactly_and_said_in_one_line() -> None:
    groups = (group(Fraction(43, 50), "0.2"), group(0.825, "0.8", lower=None, upper=None))
    for basis in (
        Basis("survey", groups),
        Basis("ratio", counted=Decimal("11.3"), base=Decimal(100)),
        Basis("measure", measure="dialogues_held", gap="no_cases"),
        Basis("survey", (group(None, gap="hidden"),), gap="hidden"),
    ):
        assert scorecard_basis.read(scorecard_basis.written(basis)) == basis
    said = formula(Basis("survey", groups), Decimal("33.5"), Decimal("27.87"), "vi")
    assert said == "33,5 × (0,2 × 86,00% + 0,8 × 82,50%) = 27,87"
    assert group_sentence(groups[0], "vi") == (
        "Đại biểu Hội đồng nhân dân (0,2): chỉ số hài lòng 86,00% (80,00% – 90,00%); 50 người; Đợt 1"
    )
    hidden = Basis("survey", (group(None, gap="hidden"),), gap="hidden")
    assert (
        formula(hidden, ONE, None, "vi") == "Chưa có điểm: đại biểu Hội đồng nhân dân – không hiển thị: dưới 5 người."
    )
    typed = Basis("ratio", counted=Decimal("11.3"), base=Decimal(100))
    assert formula(typed, ONE, ONE, "en") == "11.3 of 100 = 11.30% (numbers typed by the unit)"
    assert formula(typed, ONE, ONE, "vi") == "11,3 trên 100 = 11,30% (số tự nhập)"


def text_of(document: bytes) -> list[str]:
    pdf = pypdfium2.PdfDocument(document)
    pages = [" ".join(page.get_textpage().get_text_bounded().split()) for page in pdf]
    pdf.close()
    return pages


def test_the_report_holds_every_digit_and_its_annex_breaks_over_pages() -> None:
    heading = replace(leaf(1, "I", "0", None), rule="group", name=Text("Điều hành"))
    lines = [replace(leaf(key, f"{key}", "1.25", f"0.{key:02}"), reason="Lý do " * 40) for key in range(2, 60)]
    lines.append(replace(leaf(60, "60", "2", None), name=Text("<b>Không</b> & có")))
    moment = datetime(2026, 12, 1, tzinfo=UTC)
    card = make_card([heading, *lines], {1: None} | dict.fromkeys(range(2, 61), 1))
    document = scorecard_pdf(card, moment=moment)
    pages = text_of(document)
    text = " ".join(pages)
    assert len(pages) > 5
    for expected in (
        "Điểm tự chấm: 17,69 trên 72,50 điểm (đạt 24,40%). Chưa tính 1 tiêu chí",
        "<b>Không</b> & có",
        "PHỤ LỤC",
    ):
        assert expected in text, expected
    for line in lines[:-1]:
        assert f"0,{line.key:02}" in text
    annex = next(number for number, page in enumerate(pages) if "PHỤ LỤC" in page)
    assert all("Giải pháp khắc phục" in page for page in pages[annex:])  # the head is repeated
    assert pages[annex - 1].count("Nơi nhận") == 1
    assert document == scorecard_pdf(card, moment=moment)
    assert text_of(scorecard_pdf(replace(card, state="final"), "en", moment=moment))
    assert scorecard_xlsx(card) == scorecard_xlsx(card)


def test_no_number_of_a_file_takes_long_to_reckon_with() -> None:
    """1e999999 took 44 s of the lock under which all others wait."""
    written = write(annex_definition())
    for points in ("1e999999", "1e-999999"):
        plain = re.sub(r"maximum: [\d.]+", f"maximum: {points}", written, count=1)
        with pytest.raises(ScorecardFault):
            read(plain)
