"""A published wave in which every text that an office types is hostile, and the texts themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from forms.definition import Choice, Question, Questionnaire, Section, Wording
from survey.models import Collector, Wave
from survey.operations.units import add_counter, create_unit
from survey.operations.waves import open_wave
from tests.factories import NOW, make_collector, make_questionnaire, make_target, make_wave
from tests.published_waves import finish
from tests.sample_waves import store

# A formula of a spreadsheet first, then what runs in a browser, a template, a format, a terminal or a document.
ATTACK = (
    '=HYPERLINK("https://evil.example","x") <script>alert(1)</script> "><img src=x onerror=\'alert(1)\'> '
    "</title></style></textarea> &amp; &#60; <b>đậm</b> {{7*7}} {% raw %} %(x)s {0} ${x} [red] <para>"
)
SHORT = "@SUM(1) <b>\"&amp;'{{7*7}}%s{0}[red]</td>"
LONG_WORD = "Đ" * 180
# What cannot be seen is not kept, and letters are composed: NUL, bell, a turn from right to left, a byte order mark.
UNSEEN = "Xa\u0303\x00 \u202eSo\x07\u0302ng\ufeff\tTra\u0300"
SEEN = "Xã Sông Trà"
SHORTEST = "-1+1|cmd"  # of a label


class Hostile(NamedTuple):
    """The wave, its way in, and what must be read literally, by the field it was typed into."""

    wave: Wave
    collector: Collector
    texts: Mapping[str, str]


def hostile_definition() -> Questionnaire:
    """A questionnaire whose every wording is hostile."""

    def words(name: str, text: str = ATTACK) -> Wording:
        return Wording(f"{text} {name}", f"{text} {name} EN")

    scale = tuple(Choice(value, words(f"mức {value}", SHORT)) for value in range(1, 6))
    ratings = tuple(
        Question(
            code=f"item_{number}",
            kind="rating",
            label=words(f"nhãn {number}", SHORT[:40]),
            wording=words(f"câu {number}"),
            help=words(f"gợi ý {number}"),
            choices=scale,
            in_index=True,
        )
        for number in (1, 2)
    )
    comment = Question(
        code="comment", kind="long_text", label=words("ý kiến", SHORTEST), wording=words("ý kiến"), max_length=1000
    )
    return Questionnaire(
        code="hostile",
        version="1.0",
        title=words("tên phiếu", SHORT),
        introduction=words("lời mở đầu"),
        legal_reference=words("căn cứ"),
        valid_from=date(2020, 1, 1),
        sections=(
            Section(code="access", title=words("yếu tố", SHORT), questions=ratings, factor="access"),
            Section(code="rest", title=words("khác", SHORT), questions=(comment,)),
        ),
    )


def open_hostile_wave(session: Session, attack: str = ATTACK) -> Hostile:
    """An open wave of one commune with one counter and twelve ballots, each of its texts beginning with `attack`."""
    texts = {
        name: f"{attack} {name}" for name in ("unit", "one_stop", "counter", "wave", "target", "superior", "comment")
    }
    top = create_unit(
        session, code="T", kind="province", name_vi=texts["superior"], name_en="", valid_from=date(2025, 7, 1)
    )
    unit = create_unit(
        session,
        code="X1",
        kind="department",
        parent=top,
        name_vi=texts["unit"],
        one_stop_vi=texts["one_stop"],
        valid_from=date(2025, 7, 1),
    )
    counter = add_counter(session, unit, code="1", name_vi=texts["counter"], valid_from=date(2025, 7, 1))
    target = make_target(session)
    target.reference_vi = texts["target"]
    wave = make_wave(
        session,
        code="W",
        units=[unit],
        questionnaire=make_questionnaire(session, hostile_definition()),
        target=target,
        state="draft",
    )
    wave.name_vi = texts["wave"]
    session.flush()
    collector = make_collector(session, wave, unit, counter=counter)
    open_wave(session, wave, NOW)
    store(session, collector, [{"item_1": mark, "item_2": 4} for mark in (1, 4, 5) * 4])
    session.commit()
    return Hostile(wave, collector, texts)


def publish_hostile_wave(session: Session, engine: Engine, attack: str = ATTACK) -> Hostile:
    """The same, published."""
    hostile = open_hostile_wave(session, attack)
    finish(session, engine, hostile.wave)
    return hostile
