"""Pages about places at 4,000 units: the tree, a search, a unit, the grid; and files that rename, add and close
thousands of units and counters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from time import perf_counter

from sqlalchemy import Connection, event, insert, select, text
from sqlalchemy.orm import Session

from bench.bare import app as bare
from bench.harness import DATABASES, Result
from bench.pages import GOAL_MS, analyse, application, asking, p95
from reports.sheets import sheets_xlsx
from survey.models import Counter, Unit
from survey.operations import audit, units
from survey.operations.unit_files import import_units, unit_rows
from survey.operations.writing import begin_write
from tests.staff import make_account, sign_in

UNITS, DEPARTMENTS, GOAL_LOCK = 4000, 40, 2.0
DAY = date(2026, 1, 1)
PAGES = {
    "the tree": "/staff/don-vi/",
    "the tree, one department unfolded": "/staff/don-vi/?mo=S07",
    "a search that finds hundreds": "/staff/don-vi/?q=don+vi+3",
    "a search that finds nothing": "/staff/don-vi/?q=khong+co",
    "one unit": "/staff/don-vi/U1500",
    "a department with its units": "/staff/don-vi/S07",
    "the grid of transactions": "/staff/giao-dich/",
}


def run() -> Iterator[Result]:
    floor = p95(asking(bare.test_client(), "/"))
    yield Result("a bare page", floor, "ms p95")
    for kind, make_url in DATABASES.items():
        with (
            make_url() as url,
            application(url) as (app, engine),
            Session(engine, expire_on_commit=False) as session,
        ):
            root = build(session)
            clients = {}
            for role in ("administrator", "compiler"):
                clients[role] = app.test_client()
                sign_in(clients[role], make_account(session, role, root))
            analyse(engine)
            for name, path in PAGES.items():
                client = clients["compiler" if "giao-dich" in path else "administrator"]
                value = p95(asking(client, path))
                yield Result(f"{name}, {kind}, {UNITS} units", value, "ms p95", GOAL_MS, at_most=True)
                yield Result("  to the bare page", value, "ms p95", ratio=value / floor)
            for name, seconds, held in files(session):
                yield Result(f"{name}, {kind}", seconds, "s")
                yield Result("  of these others wait", held, "s", GOAL_LOCK, at_most=True)


def build(session: Session) -> Unit:
    """A province of 40 departments with 25 rooms each and 3,000 communes, each with a counter."""
    begin_write(session)
    root = units.create_unit(session, code="T", kind="province", name_vi="Tỉnh đo", valid_from=DAY)
    departments = [
        units.create_unit(session, code=f"S{k:02}", kind="department", name_vi=f"Sở {k}", parent=root, valid_from=DAY)
        for k in range(DEPARTMENTS)
    ]
    first = departments[-1].id + 1
    rows = []
    for k in range(UNITS):
        above, kind = (departments[k % DEPARTMENTS], "room") if k < 1000 else (root, "commune")
        names = {"name_vi": f"Đơn vị số {k}", "name_en": "", "one_stop_vi": "", "one_stop_en": ""}
        place = {"id": first + k, "parent_id": above.id, "path": f"{above.path}{first + k}/", "valid_from": DAY}
        rows.append({"code": f"U{k:04}", "kind": kind, **names, **place})
    session.execute(insert(Unit), rows)
    if session.get_bind().dialect.name == "postgresql":  # the next units come by themselves
        session.execute(text("SELECT setval(pg_get_serial_sequence('unit', 'id'), max(id)) FROM unit"))
    desks = [
        {"unit_id": first + k, "code": "1", "name_vi": "Quầy 1", "name_en": "", "valid_from": DAY} for k in range(UNITS)
    ]
    session.execute(insert(Counter), desks)
    session.commit()
    return root


def files(session: Session) -> Iterator[tuple[str, float, float]]:
    """What a file does, its seconds, and those in which it holds SQLite's write lock."""
    session.rollback()
    audit.attribute(session, audit.Actor("command", "bench"))
    rows = list(unit_rows(session.scalars(select(Unit).order_by(Unit.path)).all()))
    renamed = [rows[0], *([*row[:3], f"{row[3]} mới", *row[4:]] for row in rows[1:])]
    added = [[f"N{row[0]}", *row[1:]] for row in rows[1:] if row[0] != "T"]
    closed = [[*row[:8], date(2026, 12, 31), ""] for row in renamed[1:] if str(row[0]).startswith("U")]
    kinds = {"renames": renamed, "adds": [rows[0], *added], "closes": [rows[0], *closed]}
    session.rollback()
    for what, table in kinds.items():
        yield f"a file that {what} {len(table) - 1:,}", *imported(session, sheets_xlsx({"units": table}))


def imported(session: Session, content: bytes) -> tuple[float, float]:
    """Seconds of the import, its reading in a child process included, and of its transaction that writes."""
    begun: list[float] = []

    def note(connection: Connection) -> None:
        if connection.get_execution_options().get("write"):
            begun.append(perf_counter())

    engine = session.get_bind()
    event.listen(engine, "begin", note)
    start = perf_counter()
    import_units(session, content, DAY)
    session.commit()
    end = perf_counter()
    event.remove(engine, "begin", note)
    return end - start, end - begun[-1]
