"""A wave run from the command line alone, from an empty database to its publication."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.models import Collector, KeptStatistic, Response, Seal, TransactionCount, Unit, Wave
from survey.operations.dialogue_polls import open_poll
from tests.dialogues import STARTS, make_dialogue
from tests.factories import make_response

UNITS = """code,parent,kind,name_vi,name_en
T,,province,Tỉnh Mẫu,Sample Province
X1,T,commune,Xã Một,First Commune
Q1,X1,counter,Quầy số 1,Counter 1
Q2,X1,counter,Quầy số 2,Counter 2
X2,T,commune,Xã Hai,
"""
CREATE = ["wave", "create", "W", "--name", "Đợt mẫu", "--from", "2026-01-01", "--until", "2026-06-30"]


@pytest.fixture
def sipas(app: Flask) -> Callable[..., Result]:
    """Run a command; it must succeed unless `fails`."""

    def run(*arguments: str, fails: bool = False) -> Result:
        result = app.test_cli_runner().invoke(args=list(arguments))
        assert (result.exit_code != 0) is fails, result.output
        return result

    return run


@pytest.fixture
def units_file(tmp_path: Path) -> str:
    path = tmp_path / "units.csv"
    path.write_text(UNITS, encoding="utf-8")
    return str(path)


def test_a_wave_goes_from_nothing_to_its_publication(
    sipas: Callable[..., Result], session: Session, units_file: str
) -> None:
    assert (
        "added 5 units and counters (0 were there already)"
        in sipas("units", "import", units_file, "--from", "2025-07-01").output
    )
    assert (
        "added 0 units and counters (5 were there already)"
        in sipas("units", "import", units_file, "--from", "2025-07-01").output
    )
    sipas("units", "transactions", "X1", "120", "--from", "2026-01-01", "--until", "2026-06-30")
    sipas(*CREATE, "--questionnaire", "one-tap")
    assert "no unit" in sipas("wave", "open", "W", fails=True).output
    assert "added 1 units" in sipas("wave", "add-units", "W", "T", "--subtree").output
    assert "made 2 collectors" in sipas("collectors", "make", "W").output
    sipas("wave", "open", "W")
    collector = session.scalars(select(Collector).order_by(Collector.id)).first()
    assert collector is not None
    make_response(session, collector, answers={"overall_satisfaction": 5})
    session.commit()
    assert "only a closed wave can be published" in sipas("wave", "publish", "W", fails=True).output
    assert "1 responses sealed" in sipas("wave", "close", "W").output
    sipas("wave", "publish", "W")
    session.expire_all()
    wave = session.scalars(select(Wave)).one()
    assert wave.state == "published"
    assert (wave.target.code, wave.target.value * 100) == ("default-80", 80)
    assert wave.target.reference_vi == "Chỉ tiêu mặc định: chỉ số hài lòng từ 80% trở lên"
    assert session.scalar(select(func.sum(Seal.leaves))) == 1
    assert session.scalar(select(func.count()).select_from(KeptStatistic)) > 0
    assert session.scalars(select(TransactionCount.transactions)).all() == [120]
    assert re.search(r"W +Đợt mẫu +2026-01-01…06-30 +published", sipas("wave", "list").output)
    meeting = make_dialogue(session, session.scalars(select(Unit).where(Unit.code == "T")).one(), state="running")
    open_poll(session, meeting, "exit", STARTS)
    session.commit()
    assert "DT-" not in sipas("wave", "list").output
    assert f"DT-{meeting.code}-1"[:8] in sipas("wave", "list", "--all").output


def test_collectors_are_listed_with_their_links_and_replaced(
    sipas: Callable[..., Result], session: Session, units_file: str
) -> None:
    sipas("units", "import", units_file, "--from", "2025-07-01")
    sipas(*CREATE)
    sipas("wave", "add-units", "W", "X1", "X2")
    made = sipas("collectors", "make", "W", "--unit", "X1", "--counter", "Q2", "--channel", "paper", "--trust", "paper")
    assert "made 1 collectors" in made.output
    code = session.scalars(select(Collector.code)).one()
    session.rollback()
    assert f"http://127.0.0.1:8000/s/{code}" in sipas("collectors", "list", "W").output
    sipas("collectors", "rotate", code)
    states = session.execute(select(Collector.state, Collector.channel).order_by(Collector.id)).all()
    assert [tuple(row) for row in states] == [("revoked", "paper"), ("active", "paper")]
    session.rollback()
    assert "was revoked" in sipas("collectors", "revoke", code, fails=True).output
    assert "no collector" in sipas("collectors", "revoke", "AAAAAAA", fails=True).output


def test_delegates_are_asked_through_collectors_of_their_own(
    sipas: Callable[..., Result], session: Session, units_file: str
) -> None:
    sipas("units", "import", units_file, "--from", "2025-07-01")
    sipas(*CREATE)
    sipas("wave", "add-units", "W", "X1", "X2")
    sipas("collectors", "make", "W")
    assert "made 2 collectors" in sipas("collectors", "make", "W", "--group", "delegate").output
    assert "made 0 collectors" in sipas("collectors", "make", "W", "--group", "delegate").output
    sipas("collectors", "make", "W", "--unit", "X2", "--channel", "link", "--group", "official")
    groups = session.scalars(select(Collector.respondent_group).order_by(Collector.id)).all()
    assert groups == ["citizen", "citizen", "delegate", "delegate", "official"]
    session.rollback()
    assert "official" in sipas("collectors", "list", "W").output
    sipas("collectors", "make", "W", "--group", "nonsense", fails=True)


def test_a_wave_may_ask_for_more_people_before_a_verdict(sipas: Callable[..., Result], session: Session) -> None:
    sipas(*CREATE)
    assert session.scalars(select(Wave.minimum_people)).one() == 30
    session.rollback()
    sipas("wave", "create", "W2", *CREATE[3:], "--minimum-people", "100")
    assert session.scalars(select(Wave.minimum_people).order_by(Wave.id)).all() == [30, 100]
    session.rollback()
    assert "--minimum-people" in sipas("wave", "create", "W3", *CREATE[3:], "--minimum-people", "0", fails=True).output


def test_a_units_file_is_imported_whole_or_not_at_all(
    sipas: Callable[..., Result], session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "units.csv"
    path.write_text(f"{UNITS}X3,T9,commune,Xã Ba,\nX4,T,village,Thôn Bốn,\nQ1,,counter,Quầy,\n", encoding="utf-8")
    lines = sipas("units", "import", str(path), fails=True).output.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "line 7, column parent",
        "line 8, column kind",
        "line 9, column parent",
    ]
    assert "no unit with the code T9" in lines[0]
    assert session.scalar(select(func.count()).select_from(Unit)) == 0


def test_the_tree_is_shown_with_its_counters(sipas: Callable[..., Result], units_file: str) -> None:
    sipas("units", "import", units_file, "--from", "2025-07-01")
    output = sipas("units", "list").output
    assert [line.split()[-1] for line in output.splitlines()] == ["Mẫu", "Một", "1", "2", "Hai"]


def test_a_poster_is_printed_for_each_qr_collector(
    sipas: Callable[..., Result], units_file: str, tmp_path: Path
) -> None:
    from pypdf import PdfReader

    output = tmp_path / "posters.pdf"
    sipas("units", "import", units_file, "--from", "2025-07-01")
    sipas(*CREATE)
    sipas("wave", "add-units", "W", "X1", "X2")
    assert "No active QR collector" in sipas("poster", "--wave", "W", "-o", str(output), fails=True).output
    sipas("collectors", "make", "W")
    sipas("poster", "--wave", "W", "--size", "a5", "-o", str(output))
    text = "".join(page.extract_text() for page in PdfReader(output).pages)
    assert len(PdfReader(output).pages) == 2
    assert "Quầy số 2" in text
    sipas("poster", "--wave", "W", "--unit", "X2", "-o", str(output), fails=True)


def test_a_target_is_recorded_and_used(sipas: Callable[..., Result], session: Session) -> None:
    sipas("wave", "target", "sipas-90", "--percent", "90", "--reference", "Kế hoạch", "--from", "2026-01-01")
    sipas(*CREATE)
    assert session.scalars(select(Wave)).one().target.code == "sipas-90"


def test_sealing_can_be_done_by_hand(sipas: Callable[..., Result], session: Session) -> None:
    assert sipas("seal").output == "sealed 0 responses\n"
    assert session.scalar(select(func.count()).select_from(Response)) == 0


def test_every_command_has_help_with_an_example(app: Flask) -> None:
    commands = {
        f"{name} {sub}": command
        for name, group in app.cli.commands.items()
        if isinstance(group, AppGroup)
        for sub, command in group.commands.items()
    }
    commands |= {name: command for name, command in app.cli.commands.items() if not isinstance(command, AppGroup)}
    ours = {name: command for name, command in commands.items() if command.callback.__module__.startswith("survey.")}
    assert len(ours) > 15
    for name, command in ours.items():
        assert f"sipas {name}" in (command.help or ""), name
        assert "Example" in (command.help or ""), name
