"""The two roles on a real PostgreSQL: what each process needs it may do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import make_url, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from survey import create_app, database
from survey.accounts import policy
from survey.blueprints import dialogue as dialogue_pages
from survey.blueprints import petition
from survey.models import DialogueQuestion, Petition, PetitionClass, Unit, Wave, grants
from survey.models.row_policies import PUBLIC_ROWS
from survey.operations import (
    commitments,
    dialogue_polls,
    dialogue_questions,
    dialogues,
    filing_figures,
    petitions,
    remedies,
)
from survey.operations.closing import finish_wave, unfinished
from survey.operations.periods import PROVINCE_TIME
from survey.staff_sealing import seal_at_once
from tests.database_roles import OPEN, PUBLISHED, collector_of, connection_url, count, prepare, run
from tests.dialogue_visitors import ask, enter, pass_of, rate
from tests.dialogues import make_commitment, make_dialogue
from tests.factories import (
    NOW,
    make_unit,
)
from tests.page_rules import CheckingClient
from tests.petitioning import CONTACT, code_of, make_contact_key, photo, write_opinion
from tests.remedy_objects import Office
from tests.scanning import token_of
from tests.serving import KEY
from tests.staff import make_account, post, sign_in


@pytest.fixture
def prepared(postgresql_url: str) -> str:
    prepare(postgresql_url)
    return postgresql_url


@pytest.fixture
def application(prepared: str) -> Iterator[Callable[[str, str], Flask]]:
    made = []

    def make(role: str, surface: str) -> Flask:
        settings = {
            "TESTING": True,
            "SECRET_KEY": KEY,
            "SCAN_SECONDS": 0,
            "DATABASE_URL": connection_url(prepared, role),
        }
        app = create_app(settings, surfaces=(surface,))
        app.test_client_class = CheckingClient
        made.append(app)
        return app

    yield make
    for app in made:
        app.extensions["engine"].dispose()


def test_the_public_application_does_its_work_as_the_public_role(prepared: str, application) -> None:
    client = application(grants.PUBLIC, "public").test_client()
    code = collector_of(prepared, OPEN)
    before = count(prepared, "response")
    token = token_of(client.get(f"/s/{code}").text)
    ballot = {"token": token, "q_access_signs": "4", "q_overall_satisfaction": "5", "q_comment": "Cảm ơn"}
    ballot["q_respondent_kind"] = "1"
    first = client.post(f"/s/{code}", data=ballot)
    assert first.status_code in (200, 201, 303), first.text
    assert client.post(f"/s/{code}", data=ballot).status_code == first.status_code  # the same again: the same receipt
    client.post(f"/s/{code}", data={**ballot, "q_access_signs": "1"})  # other content under the id: a conflict
    assert count(prepared, "response") == before + 1
    assert count(prepared, "response_conflict") == 1
    for path in ("/ket-qua/", f"/ket-qua/{PUBLISHED}", f"/ket-qua/{PUBLISHED}/X1", f"/ket-qua/{PUBLISHED}/T"):
        assert client.get(path).status_code == 200
    for path in ("/ket-qua/don-vi/X1", "/y-kien-doi-thoai/"):
        assert client.get(path).status_code == 200, path
    assert client.get(f"/ket-qua/{PUBLISHED}/X1/bao-cao.pdf").status_code == 200
    assert client.get(f"/ket-qua/{PUBLISHED}/X1/so-lieu.xlsx").status_code == 200
    owner = database.make_engine(prepared)
    filing_figures.freeze_due(owner, NOW)
    owner.dispose()
    data = f"/du-lieu/dot/{PUBLISHED}"
    for path in (data, f"{data}/dcat.jsonld", f"{data}/so-lieu.csv", f"{data}/don-vi/X1.json", "/so-sanh/?don-vi=X1"):
        assert client.get(path).status_code == 200, path
    assert client.get("/readyz").status_code == 200
    client.application.extensions["scans"].flush()
    assert count(prepared, "collector_scan") == 1


def test_opinions_are_taken_followed_and_rated_as_the_public_role(
    prepared: str, application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever its pages load or write lies within the few columns the role has."""
    monkeypatch.setattr(petition, "MINIMUM_SECONDS", 0)
    engine = database.make_engine(prepared)
    with Session(engine) as session:
        make_contact_key(session, tmp_path)
    client = application(grants.PUBLIC, "public").test_client()
    token = token_of(client.get(f"/s/{collector_of(prepared, OPEN)}/y-kien").text)
    sent = [
        write_opinion(client, collector_of(prepared, OPEN), [photo()], token=token, **CONTACT) for _time in range(2)
    ]
    assert sent[0].location == sent[1].location
    assert [count(prepared, table) for table in ("petition", "petition_photo", "petition_consent")] == [1, 1, 1]
    code = code_of(sent[0])
    with Session(engine) as session:
        case = session.scalars(select(Petition)).one()
        made = PetitionClass(code="thu-tuc", name_vi="Thủ tục", working_days=10)
        session.add(made)
        official = make_account(session, "reviewer", case.holder)
        by = {"account_id": official.id, "now": datetime.now(UTC)}
        petitions.classify(session, case, made, **by)
        petitions.take(session, case, official.id, **by)
        petitions.answer(session, case, "Đã thay bảng phí.", **by)
        petitions.publish(session, case, "Bảng phí cũ", "Đã thay bảng phí.", **by)
        session.commit()
    for path in (f"/y-kien/{code}", f"/y-kien/{code}/ma", "/y-kien/cong-khai"):
        assert client.get(path).status_code == 200
    for step, fields in (("danh-gia", {"rating": "2"}), ("gui-lai", {"reason": "Bảng mới cũng sai"})):
        signed = {"token": token_of(client.get(f"/y-kien/{code}").text)}
        assert client.post(f"/y-kien/{code}/{step}", data={**fields, **signed}).status_code == 303
    with Session(engine) as session:
        case = session.scalars(select(Petition)).one()
        assert (case.state, case.reopened, case.rating) == ("in_progress", 1, None)
        assert case.contact is not None
        assert case.contact.delete_after is None
    engine.dispose()


def test_the_staff_application_does_its_work_as_the_staff_role(prepared: str, application) -> None:
    app = application(grants.STAFF, "staff")
    client = app.test_client()
    engine = database.make_engine(prepared)
    with Session(engine) as session:
        top = session.scalars(select(Unit).where(Unit.code == "T")).one()
        sign_in(client, make_account(session, "compiler", top))
    engine.dispose()
    for path in pages_of(app):
        assert client.get(path).status_code in (200, 302), path
    # no column holds these: they are nobody's, and no fault of ours
    for path in ("dot/W%00", "dot/?q=%00", "van-ban/bo/?before=9999999999", "phieu/soan/9999999999"):
        assert client.get(f"/staff/{path}").status_code in (200, 404), path
    assert post(client, "/staff/dot/W%00/dong", {}, page="/staff/").status_code == 400
    # what leaves is written down, and rows are read from a snapshot
    exported = client.get(f"/staff/xuat/{OPEN}/X1/phieu-tra-loi")
    assert exported.data.count(b"\r\n") == 41
    assert count(prepared, "audit_entry") >= 1
    assert client.get(f"/s/{collector_of(prepared, OPEN)}").status_code == 404


def test_what_needs_the_owner_is_left_to_the_background_process(prepared: str, application) -> None:
    """Sealing takes a lock on the ballots that the staff role may not take."""
    app = application(grants.STAFF, "staff")
    client = app.test_client()
    engine = database.make_engine(prepared)
    with Session(engine) as session:
        top = session.scalars(select(Unit).where(Unit.code == "T")).one()
        sign_in(client, make_account(session, "compiler", top))
    closed = post(client, f"/staff/dot/{OPEN}/dong", {"code": OPEN})
    assert closed.location == f"/staff/dot/{OPEN}/dang-dong"
    with app.test_request_context():
        seal_at_once()
    assert count(prepared, "seal") == 1  # of the wave that was published
    with Session(engine) as session:
        wave = session.scalars(select(Wave).where(Wave.code == OPEN)).one()
        assert wave.state == "open"
        assert unfinished(engine) == [wave.id]
    finish_wave(engine, wave.id, NOW)  # as the owner
    assert client.get(f"/staff/dot/{OPEN}").status_code == 200
    engine.dispose()


def test_of_waves_the_public_role_reads_the_rows_of_published_ones_alone(prepared: str) -> None:
    """Rights know no rows: a broken-in public process would have read what waits for its publication."""
    owner = database.make_engine(prepared)
    with Session(owner) as session:
        finish_wave(owner, session.scalars(select(Wave.id).where(Wave.code == OPEN)).one(), NOW)
    filing_figures.freeze_due(owner, NOW)
    of_filing = "(SELECT wave_id FROM filing WHERE id = filing_id)"
    of_collector = "(SELECT wave_id FROM collector WHERE id = collector_id)"
    waves = {"filing": "wave_id", "frozen_transaction": "wave_id", "kept_statistic": "wave_id"}
    waves |= dict.fromkeys(("filing_step", "filing_version"), of_filing)
    waves |= dict.fromkeys(("response_tally", "item_tally", "scope_tally"), of_collector)
    read = {}
    public = database.make_engine(connection_url(prepared, grants.PUBLIC))
    for engine in (owner, public):
        with engine.connect() as connection:
            read[engine] = {
                table: connection.scalar(sql(f"SELECT count(DISTINCT {wave}) FROM {table}"))
                for table, wave in waves.items()
            }
    assert set(read[owner].values()) == {2}
    assert set(read[public].values()) == {1}
    for engine in (owner, public):
        engine.dispose()


def pages_of(app: Flask) -> list[str]:
    """The pages of the back office that need no argument: every room has some."""
    return sorted(
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments and rule.rule.startswith("/staff/")
        and may_see(app, rule.endpoint)
    )  # fmt: skip


def may_see(app: Flask, endpoint: str) -> bool:
    rule = getattr(app.view_functions[endpoint], "rule", None)
    return rule is not None and (rule.action is None or "compiler" in policy.RULES[rule.action].roles)


def test_a_migration_renews_the_rights(postgresql_url: str) -> None:
    run(postgresql_url, "db", "roles")
    with psycopg.connect(postgresql_url, autocommit=True) as owner:
        owner.execute("GRANT SELECT ON text_answer TO sipas_public")
        owner.execute("REVOKE INSERT ON response FROM sipas_public")
        database.upgrade(postgresql_url)
        rights = "SELECT has_table_privilege('sipas_public', %s, %s)"
        assert owner.execute(rights, ("text_answer", "SELECT")).fetchone() == (False,)
        assert owner.execute(rights, ("response", "INSERT")).fetchone() == (True,)


def test_roles_without_passwords_are_groups_and_the_command_may_be_repeated(postgresql_url: str) -> None:
    assert "sipas_public" in run(postgresql_url, "db", "roles", password="")
    again = run(postgresql_url, "db", "roles", password="")
    assert again.count("was there") == 2


def test_who_repeats_the_command_waits_for_no_writer_and_mends_only_what_is_not_as_wanted(postgresql_url: str) -> None:
    impatient = make_url(postgresql_url).update_query_dict({"options": "-c lock_timeout=2s"})
    url = impatient.render_as_string(hide_password=False)
    run(url, "db", "roles")
    kept = "SELECT polrelid::regclass::text, oid, polname FROM pg_policy ORDER BY 1, 3"
    with psycopg.connect(postgresql_url, autocommit=True) as owner:
        first = owner.execute(kept).fetchall()
        assert {table for table, *_ in first} == PUBLIC_ROWS.keys()
        with psycopg.connect(postgresql_url) as writer:
            writer.execute(f"LOCK TABLE {', '.join(PUBLIC_ROWS)} IN ROW EXCLUSIVE MODE")
            run(url, "db", "roles")
        assert owner.execute(kept).fetchall() == first
        owner.execute("ALTER POLICY published ON remedy USING (true)")
        owner.execute("ALTER TABLE filing DISABLE ROW LEVEL SECURITY")
        owner.execute("ALTER POLICY everybody ON unit_group TO sipas_staff")
        owner.execute("CREATE POLICY published ON counter USING (false)")  # as of a condition that there is no more
        with psycopg.connect(postgresql_url) as writer:
            writer.execute("LOCK TABLE document, filing_step, response_tally IN ROW EXCLUSIVE MODE")
            run(url, "db", "roles")
        mended = owner.execute(kept).fetchall()
        assert {table for table, *_ in set(mended) - set(first)} == {"remedy", "filing", "unit_group"}
        assert [(table, name) for table, _, name in mended] == [(table, name) for table, _, name in first]
        states = "SELECT qual FROM pg_policies WHERE tablename = 'remedy' AND policyname = 'published'"
        assert owner.execute(states).fetchone() == ("is_public",)
        enabled = "SELECT relname FROM pg_class WHERE relrowsecurity"
        assert {name for (name,) in owner.execute(enabled)} == PUBLIC_ROWS.keys()


def test_sqlite_has_no_roles(sqlite_url: str) -> None:
    app = create_app({"DATABASE_URL": sqlite_url, "SECRET_KEY": KEY}, surfaces=())
    result = app.test_cli_runner().invoke(args=["db", "roles"])
    app.extensions["engine"].dispose()
    assert result.exit_code == 1
    assert "SQLite has no roles" in result.output


def test_the_public_role_reads_what_was_done_and_how_it_was_judged(postgresql_url: str) -> None:
    run(postgresql_url, "db", "roles")
    engine = database.make_engine(postgresql_url)
    with Session(engine, expire_on_commit=False) as session:
        office = Office(session, engine)
        office.finish()
        remedies.show_publicly(session, office.remedy(done=True), "Chờ lâu", "Mở thêm quầy")
        session.commit()
    engine.dispose()
    settings = {"TESTING": True, "SECRET_KEY": KEY, "SCAN_SECONDS": 0}
    app = create_app({**settings, "DATABASE_URL": connection_url(postgresql_url, grants.PUBLIC)}, surfaces=("public",))
    text = app.test_client().get("/ket-qua/don-vi/B2/da-lam").text
    app.extensions["engine"].dispose()
    assert "Mở thêm quầy" in text
    assert "+55,56 điểm phần trăm" in text


def test_a_dialogue_is_asked_entered_and_rated_as_the_public_role(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialogue_pages, "MINIMUM_SECONDS", 0)
    run(postgresql_url, "db", "roles")
    engine, today = database.make_engine(postgresql_url), datetime.now(PROVINCE_TIME)
    with Session(engine, expire_on_commit=False) as session:
        unit, half = make_unit(session, code="X1"), 1 if today.month <= 6 else 2
        meeting = make_dialogue(session, unit, state="running", starts_at=today, half=half)
        told = make_commitment(session, meeting)
        commitments.report_progress(session, told, percent=40, text="Đã khảo sát", account_id=None, at=today)
        dialogue_polls.open_poll(session, meeting, "exit", today)
        session.commit()
        settings = {"TESTING": True, "SECRET_KEY": KEY, "SCAN_SECONDS": 0}
        url = connection_url(postgresql_url, grants.PUBLIC)
        app = create_app({**settings, "DATABASE_URL": url}, surfaces=("public",))
        client = app.test_client()
        assert ask(client, meeting).status_code == 303
        given = pass_of(enter(client, meeting))
        assert client.get(f"/doi-thoai/{meeting.code}/the/{given}").status_code == 200
        assert rate(client, meeting, given).status_code == 303
        dialogues.end(session, meeting, today)
        question = session.scalars(select(DialogueQuestion)).one()
        dialogue_questions.accept(session, question)
        dialogue_questions.answer(session, question, "Quý IV.", today=today.date())
        dialogues.conclude(session, meeting, "Thực hiện.")
        session.commit()
        assert "Quý IV." in client.get(f"/doi-thoai/{meeting.code}").text
        assert client.get(f"/doi-thoai/{meeting.code}/cau-hoi/{question.code}").status_code == 200
        assert client.get("/doi-thoai/").status_code == 200
        app.extensions["engine"].dispose()
    assert count(postgresql_url, "response") == count(postgresql_url, "dialogue_pass") == 1
    engine.dispose()
