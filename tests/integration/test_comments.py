"""What people wrote reaches the rated unit late, in company, without day or order; hiding and tags stay countable."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, false, select, true
from sqlalchemy.orm import Session

from forms.definition import Question, Wording
from survey.analysis import comments as reading
from survey.analysis.comments import Filters, Reach
from survey.models import Comment, Unit, Wave
from survey.models.comment import NEVER
from survey.operations import comments
from survey.operations.comments import COMPANY, CommentError, attend_comments, release_comments
from survey.operations.ledger import flag_response, seal_all
from survey.operations.waves import close_wave
from tests.factories import (
    NOW,
    make_collector,
    make_definition,
    make_questionnaire,
    make_rating,
    make_response,
    make_unit,
    make_wave,
)

DAY = date(2026, 3, 16)
COMPILER = Reach(true(), true(), true(), True)
MODERATOR = Reach(true(), true(), false(), False)
RATED = Reach(true(), false(), false(), False)


def words(text: str) -> Wording:
    return Wording(text, text)


class Wrote:
    """A wave in which people of the units A and B write."""

    def __init__(self, session: Session, engine: Engine) -> None:
        self.session, self.engine = session, engine
        text = Question(code="comment", kind="long_text", label=words("Góp ý"), wording=words("Góp ý"), max_length=500)
        asked = make_definition(questions=[make_rating("overall_satisfaction", in_index=False), text])
        self.units: dict[str, Unit] = {code: make_unit(session, code=code) for code in "AB"}
        self.wave: Wave = make_wave(
            session, code="W", units=self.units.values(), questionnaire=make_questionnaire(session, asked), state="open"
        )
        self.ways = {code: make_collector(session, self.wave, unit) for code, unit in self.units.items()}
        session.commit()

    def write(self, unit: str, *texts: str, days_ago: int = 0, mark: int = 4) -> list[int]:
        at = NOW - timedelta(days=days_ago)
        answers = {"access_1": mark, "overall_satisfaction": mark}
        ids = [
            make_response(self.session, self.ways[unit], answers=answers, texts={"comment": text}, received_at=at).id
            for text in texts
        ]
        self.session.commit()
        seal_all(self.engine)
        attend_comments(self.engine, DAY)
        return ids

    def read(self, reach: Reach, today: date = DAY, **filters: object) -> list[str]:
        found = reading.page(self.session, reach, Filters(**filters), today, "", 100)  # type: ignore[arg-type]
        texts = [comment.written.text for comment in found.comments]
        self.session.rollback()
        return texts

    def release(self, today: date) -> int:
        released = release_comments(self.session, self.wave, today)
        self.session.commit()
        return released

    def comment(self, text: str) -> Comment:
        return self.session.scalars(select(Comment).where(Comment.folded == comments.folded(text))).one()


def several(count: int, start: int = 0) -> Sequence[str]:
    return [f"Ý kiến {number}" for number in range(start, start + count)]


def test_the_compiler_reads_at_once_and_the_unit_only_after_the_delay_and_in_company(
    session: Session, engine: Engine
) -> None:
    place = Wrote(session, engine)
    place.write("A", *several(COMPANY - 1), days_ago=8)
    place.write("A", "Vừa viết")
    assert place.read(COMPILER)[0] == "Vừa viết"
    assert place.release(DAY) == 0  # four are old enough
    place.write("B", *several(COMPANY), days_ago=6)
    assert place.release(DAY) == 0  # five, but one day short
    place.write("A", "Thứ năm", days_ago=8)
    assert place.release(DAY) == COMPANY
    assert sorted(place.read(RATED)) == sorted([*several(COMPANY - 1), "Thứ năm"])
    assert place.read(RATED, today=DAY - timedelta(days=1)) == []
    assert place.release(DAY + timedelta(days=7)) == COMPANY  # those of B; the one of A still waits for company
    assert "Vừa viết" not in place.read(RATED, today=DAY + timedelta(days=7))


def test_the_order_says_nothing_of_the_time(session: Session, engine: Engine) -> None:
    place = Wrote(session, engine)
    place.write("A", *several(40), days_ago=10)
    place.release(DAY)
    shown = place.read(RATED)
    assert sorted(shown) == sorted(several(40))
    assert shown not in (several(40), several(40)[::-1])
    assert place.read(COMPILER) == [*several(40)][::-1]
    first = reading.page(session, RATED, Filters(), DAY, "", 15)
    second = reading.page(session, RATED, Filters(), DAY, first.after or "", 100)
    assert [comment.written.text for comment in (*first.comments, *second.comments)] == shown
    assert reading.days(session, first.comments, RATED) == {}
    assert len(reading.days(session, first.comments, COMPILER)) == 15


def test_closing_releases_the_rest_unless_too_few_people_answered(session: Session, engine: Engine) -> None:
    place = Wrote(session, engine)
    place.write("A", "Một", "Hai")
    for _ in range(3):
        make_response(session, place.ways["A"], answers={"access_1": 4})
    place.write("B", "Ba", "Bốn")
    close_wave(session, place.wave, NOW)
    session.commit()
    attend_comments(engine, DAY)
    assert sorted(place.read(RATED)) == ["Hai", "Một"]
    assert {row.released_on for row in session.scalars(select(Comment))} == {DAY, NEVER}
    session.rollback()
    assert len(place.read(COMPILER)) == 4


def test_a_flagged_comment_is_the_compilers_alone(session: Session, engine: Engine) -> None:
    place = Wrote(session, engine)
    ids = place.write("A", *several(6), days_ago=8)
    place.release(DAY)
    flag_response(session, ids[0], "manual")
    session.commit()
    assert len(place.read(RATED)) == 5
    assert len(place.read(COMPILER)) == 6


def test_search_needs_no_diacritics_and_finds_tags_and_units(session: Session, engine: Engine) -> None:
    place = Wrote(session, engine)
    place.write("A", "Thái độ của cán bộ rất TỐT", "Đường vào khó đi", days_ago=8)
    place.write("B", "Hồ sơ 100% đúng hẹn", days_ago=8)
    assert place.read(COMPILER, words="thai do tot") == ["Thái độ của cán bộ rất TỐT"]
    assert place.read(COMPILER, words="100%") == ["Hồ sơ 100% đúng hẹn"]
    assert place.read(COMPILER, words="_") == []
    assert place.read(COMPILER, unit=place.units["B"]) == ["Hồ sơ 100% đúng hẹn"]
    assert len(place.read(COMPILER, satisfaction="high")) == 3
    assert place.read(COMPILER, satisfaction="low") == []
    comment = place.comment("Đường vào khó đi")
    assert comments.tag_comment(session, comment, ["#Cơ sở vật chất ", "cơ sở vật chất", "đường"]) == 2
    session.commit()
    assert place.read(COMPILER, tag="đường") == ["Đường vào khó đi"]
    assert reading.tags_in_use(session, COMPILER, DAY) == ["cơ sở vật chất", "đường"]
    assert comments.untag_comment(session, comment, "đường") is True
    session.commit()
    assert place.read(COMPILER, tag="đường") == []


def test_a_hidden_comment_stays_counted_and_can_be_shown_again(session: Session, engine: Engine) -> None:
    place = Wrote(session, engine)
    place.write("A", *several(5), "Anh Nguyễn Văn A thô lỗ", days_ago=8)
    place.release(DAY)
    comment = place.comment("Anh Nguyễn Văn A thô lỗ")
    with pytest.raises(CommentError, match="Say why"):
        comments.hide_comment(session, comment, "  ", NOW)
    comments.hide_comment(session, comment, "nêu tên cá nhân", NOW)
    with pytest.raises(CommentError, match="hidden already"):
        comments.hide_comment(session, comment, "nêu tên", NOW)
    session.commit()
    assert len(place.read(RATED)) == 5
    assert len(place.read(RATED, hidden=True)) == 0
    assert reading.count_hidden(session, RATED, Filters(), DAY) == 1
    assert place.read(MODERATOR, hidden=True) == ["Anh Nguyễn Văn A thô lỗ"]
    comments.show_comment(session, place.comment("Anh Nguyễn Văn A thô lỗ"))
    session.commit()
    assert len(place.read(RATED)) == 6


def test_gathering_twice_adds_nothing(session: Session, engine: Engine) -> None:
    place = Wrote(session, engine)
    place.write("A", "Một")
    assert attend_comments(engine, DAY) == 0
    assert [comment.month for comment in session.scalars(select(Comment))] == [2026 * 12 + 2]
