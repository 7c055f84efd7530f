"""One object of each kind that an address of the back office can name, all of them one commune's, for the matrix."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms import library
from forms.definition import Question, Wording
from survey.accounts import invitations
from survey.models import (
    Comment,
    ImportRun,
    QuestionnaireDraft,
    QuestionnaireOrigin,
    Response,
    TextAnswer,
    Unit,
    Wave,
    WebhookDelivery,
)
from survey.operations import import_drafts, paper_batches, waves, webhooks
from survey.operations.paper_batches import BatchHeader
from survey.operations.questionnaire_drafts import copied, documents, start_draft
from tests.api import make_api_key
from tests.compilation_objects import compilation_objects
from tests.dialogues import dialogue_objects
from tests.document_objects import document_objects
from tests.emulation_objects import emulation_objects
from tests.factories import (
    NOW,
    make_collector,
    make_counter,
    make_definition,
    make_questionnaire,
    make_response,
    make_unit,
    make_wave,
)
from tests.filing_office import filing_objects
from tests.index_objects import make_index
from tests.mail import make_message
from tests.petition_cases import petition_objects
from tests.remedy_objects import remedy_objects
from tests.scorecards import scorecard_objects
from tests.staff import make_account

AT = datetime(2026, 3, 16, 2, 30, tzinfo=UTC)


def make_tree(session: Session) -> dict[str, Unit]:
    """The commune whose objects are asked for, what is above and below it, and another one: by relation to it."""
    above = make_unit(session, code="T", kind="province")
    own = make_unit(session, code="X1", parent=above)
    below = make_unit(session, code="X1-P1", kind="room", parent=own)
    return {"own": own, "above": above, "below": below, "elsewhere": make_unit(session, code="X2", parent=above)}


def make_objects(session: Session, unit: Unit) -> dict[str, object]:
    """What stands for each argument of an address: the key or code of the unit's object."""
    counter = make_counter(session, unit, code="1")
    asked = make_definition(questions=[make_free_text("comment")])
    questionnaire = make_questionnaire(session, asked)
    core = make_questionnaire(session, make_definition(code="core"))
    session.add(QuestionnaireOrigin(questionnaire_id=questionnaire.id, core_id=core.id, owner=unit))
    wave = make_wave(session, code="W", units=[unit], questionnaire=questionnaire)
    wave.owner = unit
    waves.open_wave(session, wave, NOW)
    collector = make_collector(session, wave, unit, counter=counter)
    response = make_response(session, collector, answers={"access_1": 4}, texts={"comment": "Cần thêm ghế ngồi chờ."})
    person = make_account(session, "viewer", unit, second_factor=True)
    key, _text = make_api_key(session, unit, "viewer")
    webhook = webhooks.make_webhook(
        session,
        name="Cổng dịch vụ công",
        unit=unit,
        url="https://example.vn/moc",
        events=["wave.closed"],
        made_by_id=None,
        at=AT,
    )
    webhooks.send_test(session, webhook, AT)
    clerk = make_account(session, "entry", unit)
    header = BatchHeader(forms_expected=1, collected_from=AT.date(), collected_until=AT.date())
    batch = paper_batches.create_batch(session, wave, unit, header, account_id=clerk.id, at=AT)
    file = import_drafts.start_import(
        session, wave, unit, file_name="phieu.csv", content=b"q01\n5\n", channel="import", trust="open",
        account_id=clerk.id, at=AT,
    )  # fmt: skip
    run = ImportRun(
        wave=wave, unit=unit, file_name="cu.csv", file_digest="0" * 64, rows_read=1, rows_added=0, imported_at=AT
    )
    session.add(run)
    draft = make_draft(session, unit)
    section = documents(draft).sections[0]
    session.flush()
    return {
        "account_id": person.id,
        "batch_id": batch.id,
        "collector_code": collector.code,
        "comment_id": make_comment(session, wave, unit, response).id,
        "counter_code": counter.code,
        "delivery_id": session.scalars(select(WebhookDelivery.id)).one(),
        "draft_id": draft.id,
        "element_key": section.key,
        "file_id": file.id,
        "form": "csv",
        "grant_id": person.role_grants[0].id,
        "hook_id": webhook.id,
        "import_id": run.id,
        "index_code": make_index(session).code,
        "key_id": key.id,
        "message_id": make_message(session, unit).id,
        **petition_objects(session, unit),
        **remedy_objects(session, wave, unit),
        **compilation_objects(session, unit),
        **emulation_objects(session, unit),
        **filing_objects(session, wave, unit),
        **scorecard_objects(session, unit),
        "pass_number": 1,
        "questionnaire_code": questionnaire.code,
        "response_id": response.id,
        "scale_code": "satisfaction",
        "serial": 1,
        "service_code": "1.001",
        "suffix": "csv",
        "target_code": wave.target.code,
        "token": invitations.invite(session, person, AT),
        "unit_code": unit.code,
        "version": questionnaire.version,
        "wave_code": wave.code,
        "year": 2026,
        **dialogue_objects(session, unit),
        **document_objects(session, unit),
    }


def make_free_text(code: str) -> Question:
    words = Wording("Ý kiến khác", "Other opinions")
    return Question(code=code, kind="long_text", label=words, wording=words, max_length=500)


def make_draft(session: Session, unit: Unit) -> QuestionnaireDraft:
    document = copied(session, library.standard("counter"))
    return start_draft(session, document, owner=unit, by="Nguyễn Thị A", at=AT)


def make_comment(session: Session, wave: Wave, unit: Unit, response: Response) -> Comment:
    written = session.scalars(select(TextAnswer)).one()
    comment = Comment(
        id=4_711,
        response_id=response.id,
        question_id=written.question_id,
        wave_id=wave.id,
        unit_id=unit.id,
        month=2026 * 12 + 2,
        folded="can them ghe ngoi cho.",
        released_on=date(2026, 3, 20),
    )
    session.add(comment)
    session.flush()
    return comment
