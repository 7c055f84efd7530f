"""Themes are found once a comment, counted beside the server, and shown below the compiler only where five wrote."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from forms.definition import Question, Wording
from survey.analysis import themes
from survey.analysis.theme_trial import try_words
from survey.models import Comment, CommentTheme, Theme, ThemePhrase, ThemeTally, Unit, Wave
from survey.models.theme import EVERY, NONE, WHOLE_WAVE
from survey.operations.comments import attend_comments, hide_comment
from survey.operations.ledger import flag_response, seal_all
from survey.operations.theme_counting import PAUSE, run_due
from survey.operations.theme_reading import BATCH
from survey.operations.themes import save_words
from survey.operations.waves import close_wave
from tests.factories import (
    NOW,
    make_collector,
    make_definition,
    make_questionnaire,
    make_response,
    make_unit,
    make_wave,
)

DAY = date(2026, 3, 16)


class Wrote:
    """A wave over the communes A and B of a province T, in which people write."""

    def __init__(self, session: Session, engine: Engine) -> None:
        self.session, self.engine, self.now = session, engine, NOW
        words = Wording("Góp ý", "Comment")
        texts = [
            Question(code=c, kind="long_text", label=words, wording=words, max_length=500) for c in ("more", "wish")
        ]
        top = make_unit(session, code="T", kind="province")
        self.units: dict[str, Unit] = {"T": top} | {c: make_unit(session, code=c, parent=top) for c in "AB"}
        below = [self.units[code] for code in "AB"]
        questionnaire = make_questionnaire(session, make_definition(questions=texts))
        self.wave: Wave = make_wave(session, code="W", units=below, questionnaire=questionnaire, state="open")
        self.ways = {unit.code: make_collector(session, self.wave, unit) for unit in below}
        session.commit()
        self.count()

    def write(self, unit: str, *texts: str, days_ago: int = 0, wish: str = "") -> list[int]:
        at = NOW - timedelta(days=days_ago)
        ids = []
        for text in texts:
            written = {"more": text, "wish": wish} if wish else {"more": text}
            made = make_response(self.session, self.ways[unit], answers={"access_1": 4}, texts=written, received_at=at)
            ids.append(made.id)
        self.session.commit()
        seal_all(self.engine)
        attend_comments(self.engine, DAY)
        return ids

    def close(self) -> None:
        close_wave(self.session, self.wave, NOW)
        self.session.commit()
        attend_comments(self.engine, DAY)

    def count(self) -> None:
        self.now += PAUSE
        run_due(self.engine, self.now)

    def theme(self, code: str) -> Theme:
        return self.session.scalars(select(Theme).where(Theme.code == code)).one()

    def tallies(self, theme: int, *, released: bool, period: int = WHOLE_WAVE) -> dict[str, tuple[int, int]]:
        names = {unit.id: code for code, unit in self.units.items()}
        query = select(ThemeTally.unit_id, func.sum(ThemeTally.comments), func.sum(ThemeTally.people))
        query = query.where(ThemeTally.theme == theme, ThemeTally.released == released)
        if released:
            query = query.where(ThemeTally.period == period)
        rows = self.session.execute(query.group_by(ThemeTally.unit_id)).all()
        self.session.rollback()
        return {names[unit_id]: (int(comments), int(people)) for unit_id, comments, people in rows}


@pytest.fixture
def wrote(session: Session, engine: Engine) -> Wrote:
    return Wrote(session, engine)


def test_a_new_installation_has_the_standard_themes_and_counts_what_is_written(wrote: Wrote) -> None:
    waiting, attitude = wrote.theme("cho-doi").id, wrote.theme("thai-do").id
    wrote.write("A", "Chờ lâu quá, thái độ cộc lốc", "cho lau qua", "Trời hôm nay xanh")
    wrote.count()
    assert wrote.tallies(waiting, released=False) == {"T": (2, 2), "A": (2, 2)}
    assert wrote.tallies(attitude, released=False) == {"T": (1, 1), "A": (1, 1)}
    assert wrote.tallies(NONE, released=False) == {"T": (1, 1), "A": (1, 1)}
    assert wrote.tallies(EVERY, released=False) == {"T": (3, 3), "A": (3, 3)}
    assert wrote.tallies(EVERY, released=True) == {}
    wrote.write("B", "Phải chờ đợi", wish="Bớt phải chờ")
    wrote.count()
    assert wrote.tallies(waiting, released=False)["B"] == (2, 1)  # two comments of one person
    assert wrote.tallies(waiting, released=False)["T"] == (4, 3)


def test_the_unit_is_shown_a_theme_of_five_people_at_least_and_none_that_gives_away_fewer(wrote: Wrote) -> None:
    waiting, attitude = wrote.theme("cho-doi").id, wrote.theme("thai-do").id
    wrote.write("A", *["Chờ lâu"] * 7, *["Thái độ tốt"] * 4, days_ago=10)
    wrote.write("B", *["Chờ lâu"] * 3, *["Thái độ tốt"] * 5, days_ago=40)
    wrote.close()
    wrote.count()
    assert wrote.tallies(waiting, released=False) == {"T": (10, 10), "A": (7, 7), "B": (3, 3)}
    # Were A's 7 shown under the province's 10, B's 3 would follow.
    assert wrote.tallies(waiting, released=True) == {"T": (10, 10)}
    assert wrote.tallies(attitude, released=True) == {"T": (9, 9)}
    march, february = 2026 * 12 + 2, 2026 * 12 + 1
    assert wrote.tallies(EVERY, released=True, period=march) == {"T": (11, 11), "A": (11, 11)}
    assert wrote.tallies(EVERY, released=True, period=february) == {"T": (8, 8), "B": (8, 8)}
    assert wrote.tallies(waiting, released=True, period=february) == {}


def test_hidden_and_doubted_comments_leave_the_units_counts(wrote: Wrote) -> None:
    waiting = wrote.theme("cho-doi").id
    ids = wrote.write("A", *["Chờ lâu"] * 7, days_ago=10)
    flag_response(wrote.session, ids[0], "too_fast")
    wrote.session.commit()
    wrote.close()
    wrote.count()
    assert wrote.tallies(waiting, released=True)["A"] == (6, 6)
    assert wrote.tallies(waiting, released=False)["A"] == (6, 6)
    comment = wrote.session.scalars(select(Comment).where(Comment.response_id == ids[1])).one()
    hide_comment(wrote.session, comment, "Nêu tên người", NOW)
    wrote.session.commit()
    wrote.count()
    assert wrote.tallies(waiting, released=True)["A"] == (5, 5)
    assert wrote.tallies(waiting, released=False)["A"] == (6, 6)


def test_another_dictionary_reads_every_comment_anew(wrote: Wrote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("survey.operations.theme_reading.BATCH", 2)
    assert BATCH > 2
    wrote.write("A", *["Chiều thứ sáu đóng cửa sớm"] * 5)
    wrote.count()
    assert wrote.tallies(NONE, released=False)["A"] == (5, 5)
    phrases = dict(wrote.session.execute(select(ThemePhrase.phrase, ThemePhrase.comments)).all())
    assert phrases == {"chiều thứ sáu đóng": 5}
    theme = wrote.theme("nhan-su")
    save_words(wrote.session, theme, [*(word.word for word in theme.words), "thứ sáu"])
    wrote.session.commit()
    run_due(wrote.engine, wrote.now)  # a changed dictionary does not wait for the pause
    assert wrote.tallies(theme.id, released=False)["A"] == (5, 5)
    assert wrote.tallies(NONE, released=False) == {}
    assert wrote.session.scalar(select(func.count()).select_from(ThemePhrase)) == 0
    assert wrote.session.scalar(select(func.count()).where(CommentTheme.theme == theme.id)) == 5


def test_nothing_is_counted_again_while_nothing_moves(wrote: Wrote, monkeypatch: pytest.MonkeyPatch) -> None:
    wrote.write("A", "Chờ lâu")
    wrote.count()
    counted: list[int] = []
    monkeypatch.setattr(
        "survey.operations.theme_counting._count", lambda _engine, wave_id, *_rest: counted.append(wave_id)
    )
    wrote.count()
    assert counted == []
    wrote.write("A", "Đợi lâu")
    run_due(wrote.engine, wrote.now - timedelta(seconds=1))  # an open wave rests between two counts
    assert counted == []
    wrote.count()
    assert counted == [wrote.wave.id]


def test_a_board_reads_what_was_counted_and_a_trial_what_would_change(wrote: Wrote, session: Session) -> None:
    wrote.write("A", *["Chờ lâu"] * 6, *["Trời xanh"] * 5, days_ago=10)
    wrote.write("B", "Chờ lâu", "Giờ giấc thất thường", days_ago=40)
    wrote.close()
    wrote.count()
    waiting = wrote.theme("cho-doi")
    exact = themes.board(session, wrote.wave, wrote.units["T"], exact=True, by_half_month=True)
    assert (exact.every, exact.untold) == ((13, 13), 0)
    assert [line.theme for line in exact.lines] == [waiting]
    assert [label.vi for _, label in exact.periods] == ["1–14/2/2026", "1–14/3/2026"]
    assert exact.share(exact.lines[0].counted) == pytest.approx(7 / 13)
    unit = themes.board(session, wrote.wave, wrote.units["A"], exact=False)
    assert (unit.every, unit.none is not None and unit.none.counted) == ((11, 11), (5, 5))
    # Two people alone answered in B: their comments are never released, and count nowhere below the compiler.
    base, shown = themes.public_themes(session, wrote.wave, wrote.units["T"])
    assert (base, [counted for _, counted in shown]) == ((11, 11), [(6, 6)])
    every = themes.every_theme(session)
    trial = try_words(session, every, waiting.id, ["trời xanh", "giờ giấc"], unless_negated=False)
    assert (trial.gained, trial.found, trial.lost, trial.left_alone) == (6, 6, 7, 7)
    assert trial.complete
    assert try_words(session, every, 0, ["mưa"], unless_negated=False).gained == 0
    same = [word.word for word in waiting.words]
    assert try_words(session, every, waiting.id, same, unless_negated=False).lost == 0
