"""What stands in another office's file, or in a code that was pasted, steers nobody's terminal."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from tests.factories import make_collector, make_unit, make_wave

STEERING = "\x1b]0;a title\x07\x1b[31mred\u202e\x9b2J"
UNSEEN = set("\x1b\x07\x9b\u202e")


def test_files_and_codes_are_quoted_without_what_steers_a_terminal(
    staff_app: Flask, staff_session: Session, tmp_path: Path
) -> None:
    unit = make_unit(staff_session, code="T")
    make_collector(staff_session, make_wave(staff_session, code="W", units=[unit], state="open"), unit)
    staff_session.commit()
    places, answers = tmp_path / "places.csv", tmp_path / "answers.csv"
    places.write_text(
        f"code,kind,name_vi,parent\n{STEERING},commune,Xã,T\nA,{STEERING},Xã,T\nB,commune,Xã,{STEERING}\n"
    )
    answers.write_text(f"unit,access_1,{STEERING}\nT,{STEERING},1\n{STEERING},4,1\n")
    runner = staff_app.test_cli_runner()
    for arguments in (
        ("units", "import", str(places)),
        ("responses", "import", str(answers), "--wave", "W"),
        ("responses", "import", str(answers), "--wave", "W", "--map", f"{STEERING}="),
        ("analyse", STEERING),
        ("wave", "open", STEERING),
    ):
        told = runner.invoke(args=list(arguments), color=True)
        assert told.exit_code, told.output
        assert "red" in told.output, arguments
        assert UNSEEN.isdisjoint(told.output), arguments
