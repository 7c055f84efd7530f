"""`sipas demo`: the sample province, and where to click."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from rich.console import Console, Group
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.cli.output import show, table
from survey.cli.transaction import DAY, now, writing
from survey.config import contact_key_file, trust_folder
from survey.database import current_session, engine
from survey.models import KeptStatistic, Response, Seal, Wave
from survey.operations import audit, contacts, ledger, theme_counting, waves
from survey.operations.comments import attend_comments, release_comments
from survey.operations.cross_tables import count_requested
from survey.operations.demo import Demo, find_demo, load_demo
from survey.operations.demo.counter_scores import fix_counter_scores
from survey.operations.demo.emulation import load_emulation
from survey.operations.demo.filings import load_filings
from survey.operations.demo.group_waves import load_group_waves
from survey.operations.demo.loading import RESPONSES, SEED
from survey.operations.demo.petitions import load_petitions
from survey.operations.demo.places import PROVINCE
from survey.operations.demo.scorecards import load_scorecards
from survey.operations.kept_statistics import keep_disclosure, keep_statistics
from survey.operations.periods import province_day
from survey.operations.release import release_due
from survey.operations.remedies import judge_due
from survey.operations.units import find_unit

UNIT_SHOWN = "BENTRA"
_WORDS = {
    "vi": {
        "title": "Tỉnh Sông Trà – dữ liệu mẫu",
        "form": "Phiếu khảo sát của người dân",
        "opinion": "Phản ánh, kiến nghị của người dân",
        "results": "Kết quả công khai",
        "pdf": "Báo cáo PDF của một đơn vị",
        "verify": "Kiểm tra một văn bản đã ký (chứng thư thử nghiệm)",
        "draft": "bản nháp",
        "open": "đang mở",
        "closed": "đã đóng",
        "published": "đã công bố",
        "accounts": "Tài khoản mẫu của trang nội bộ",
        "role": "vai trò",
        "email": "địa chỉ đăng nhập",
        "password": "mật khẩu",
        "secret": "khóa TOTP cho ứng dụng xác thực",
        "code": "hoặc xem mã lúc này",
    },
    "en": {
        "title": "Sông Trà Province – sample data",
        "form": "The citizen's form",
        "opinion": "The citizen's opinion",
        "results": "Public results",
        "pdf": "A unit's report in PDF",
        "verify": "Verify a signed document (test certificate)",
        "draft": "draft",
        "open": "open",
        "closed": "closed",
        "published": "published",
        "accounts": "Sample accounts of the back office",
        "role": "role",
        "email": "signs in as",
        "password": "password",
        "secret": "TOTP secret for an authenticator app",
        "code": "or see the code of this moment",
    },
}


@click.command("demo")
@click.option("--today", type=DAY, help="Load it as it stands on this day [today].")
@click.option("--responses", default=RESPONSES, show_default=True, help="About how many responses.")
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True, help="Of the links' panel.")
@with_appcontext
def command(today: datetime | None, responses: int, lang: str) -> None:
    """Load the sample province of Sông Trà and print where to click; a loaded one is left as it is.

    Example: sipas demo --lang en
    """
    day = today.date() if today else province_day(now())
    with Progress(TextColumn("{task.description}"), BarColumn(), console=Console(stderr=True), transient=True) as bar:
        loading = bar.add_task("responses", total=responses)
        with writing() as session, audit.unattended(session):
            load_demo(session, day, responses=responses, progress=lambda done: bar.advance(loading, done))
        sealing = bar.add_task("sealing", total=_unsealed())
        ledger.seal_all(engine(), lambda done: bar.advance(sealing, done))
        attend_comments(engine(), day)
        release_due(engine(), day, then=lambda session, wave: _release(session, wave, day))
        with writing() as session:
            demo = find_demo(session)
            assert demo is not None
            for wave in demo.waves:
                kept = session.scalar(select(KeptStatistic.wave_id).where(KeptStatistic.wave_id == wave.id).limit(1))
                if wave.state in ("closed", "published") and kept is None:
                    keep_statistics(session, waves.find_wave(session, wave.code))
        attend_comments(engine(), day)
        while count_requested(engine()):
            pass
        theme_counting.run_due(engine(), now())
        judge_due(engine())
    _load_cases(day)
    code = _issue_documents()
    show(_links(demo, current_app.config["BASE_URL"], lang, code))
    show(_accounts(lang))


def _load_cases(day: date) -> None:
    """Opinions and who handles them, where there are none yet."""
    from survey.accounts import samples  # as in _accounts

    with writing() as session, audit.unattended(session):
        province, commune = find_unit(session, PROVINCE), find_unit(session, UNIT_SHOWN)
        ids = {account.email: account.id for account in samples.make_samples(session, province, commune, now())}
        if contacts.current_key(session) is None:
            contacts.make_key(session, contact_key_file(current_app.config), now())
        load_petitions(session, day, samples.make_officials(session, now()))
    people = {"asks": "tong-hop", "confirms": "cong-bo", "unit": "phu-trach"}
    accounts = {part: ids[f"{name}@songtra.example"] for part, name in people.items()}
    load_filings(engine(), day, accounts)
    load_group_waves(engine(), day, accounts)
    with writing() as session, audit.unattended(session):
        load_scorecards(session, day)
        fix_counter_scores(session, day, accounts)
        load_emulation(session, day)


def _issue_documents() -> str | None:
    """A few signed documents, where there are none yet; the code of one of them."""
    from survey.operations.demo.documents import load_documents, sample_code  # it signs, which no process of pages does

    settings = current_app.config
    folder = Path(settings["INSTANCE_PATH"])
    load_documents(engine(), settings["BASE_URL"], folder, trust_folder(settings), SEED)
    with Session(engine()) as session:
        return sample_code(session)


def _release(session: Session, wave: Wave, day: date) -> None:
    keep_disclosure(session, wave)
    release_comments(session, wave, day)


def _unsealed() -> int:
    """How many responses wait to be sealed."""
    session = current_session()
    last = session.scalar(select(func.max(Seal.last_response_id))) or 0
    waiting = session.scalar(select(func.count()).select_from(Response).where(Response.id > last)) or 0
    session.rollback()
    return waiting


def _links(demo: Demo, base: str, language: str, document_code: str | None) -> Panel:
    words = _WORDS[language]
    published = [wave for wave in demo.waves if wave.state == "published"]
    form = f"{base}/s/{demo.collector.code}"
    links = [(words["form"], form), (words["opinion"], f"{form}/y-kien"), (words["results"], f"{base}/ket-qua")]
    if published:
        links.append((words["pdf"], f"{base}/ket-qua/{published[-1].code}/{UNIT_SHOWN}/bao-cao.pdf"))
    if document_code:
        links.append((words["verify"], f"{base}/xac-thuc/{document_code}"))
    text = Text()
    for label, link in links:
        text.append(f"{label}\n").append(f"  {link}\n\n", style="bold")
    for wave in demo.waves:
        name = wave.name_en if language == "en" else wave.name_vi
        text.append(f"{name}: {words[wave.state]}\n", style="dim")
    text.rstrip()
    return Panel.fit(text, title=words["title"], padding=(1, 3))


def _accounts(language: str) -> Panel:
    """One account of each role, made where there is none yet, and how to sign in with it."""
    from survey import staff_wording  # a public process, which knows every command, loads none of the staff's code
    from survey.accounts import samples

    words = _WORDS[language]
    with writing() as session, audit.unattended(session):
        province, commune = find_unit(session, PROVINCE), find_unit(session, UNIT_SHOWN)
        made = samples.make_samples(session, province, commune, now())
        rows = [(account.role_grants[0].role, account.email) for account in made]
    listing = table(words["role"], words["email"])
    for role, email in rows:
        listing.add_row(str(staff_wording.ROLES[role]) if language == "vi" else role, email)
    facts = Text()
    facts.append(f"{current_app.config['BASE_URL']}/staff\n\n", style="bold")
    for label, value in (
        (words["password"], samples.PASSWORD),
        (words["secret"], samples.TOTP_SECRET),
        (words["code"], f"sipas user code {rows[0][1]}"),
    ):
        facts.append(f"{label}\n").append(f"  {value}\n", style="bold")
    return Panel.fit(Group(facts, listing), title=words["accounts"], padding=(1, 3))
