"""A PostgreSQL with the two roles of the application, and what its owner sees there."""

from __future__ import annotations

from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from forms.library import standard
from survey import create_app, database
from survey.models import grants
from survey.operations.transactions import set_transactions
from tests.factories import make_collector, make_counter, make_questionnaire, make_target, make_unit, make_wave
from tests.published_waves import finish
from tests.sample_waves import store
from tests.serving import KEY

PASSWORD = "mật_khẩu"  # the same in every test: roles belong to the whole server
OPEN, PUBLISHED = "MO", "CB"


def connection_url(owner: str, role: str) -> str:
    url = make_url(owner).set(username=role, password=PASSWORD)
    return url.render_as_string(hide_password=False)


def run(url: str, *arguments: str, password: str = PASSWORD) -> str:
    app = create_app({"DATABASE_URL": url, "SECRET_KEY": KEY}, surfaces=())
    environment = {f"{role.upper()}_PASSWORD": password for role in grants.ROLES}
    result = app.test_cli_runner().invoke(args=list(arguments), env=environment)
    app.extensions["engine"].dispose()
    assert result.exit_code == 0, result.output
    return result.output


def prepare(url: str) -> None:
    """Give the database its roles, an open and a published wave of two units, and ballots in them."""
    run(url, "db", "roles")
    engine = database.make_engine(url)
    with Session(engine, expire_on_commit=False) as session:
        top = make_unit(session, code="T", kind="province")
        units = [make_unit(session, code=code, parent=top) for code in ("X1", "X2")]
        questionnaire, target = make_questionnaire(session, standard("counter")), make_target(session)
        asked = [question.code for question in standard("counter").questions if question.kind == "rating"]
        for code in (PUBLISHED, OPEN):
            wave = make_wave(
                session, code=code, units=[top, *units], questionnaire=questionnaire, target=target, state="open"
            )
            for unit in units:
                set_transactions(session, unit, wave.period_start, wave.period_end, 500)
                counter = make_counter(session, unit, code=f"{code}-1")
                collector = make_collector(session, wave, unit, counter=counter)
                store(session, collector, [dict.fromkeys(asked, 3 + number % 3) for number in range(40)])
            session.commit()
            if code == PUBLISHED:
                finish(session, engine, wave)
    engine.dispose()


def collector_of(url: str, wave: str) -> str:
    engine = database.make_engine(url)
    with engine.connect() as connection:
        query = (
            "SELECT c.code FROM collector c JOIN wave w ON w.id = c.wave_id WHERE w.code = :wave ORDER BY c.id LIMIT 1"
        )
        code = connection.execute(text(query), {"wave": wave}).scalar_one()
    engine.dispose()
    return str(code)


def count(url: str, table: str) -> int:
    engine = database.make_engine(url)
    with engine.connect() as connection:
        number = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    engine.dispose()
    return int(number)
