"""What stands behind the forms that the policy matrix's objects do not show: further states, and a citizen's words."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.paper import read_typed_form
from survey.models import (
    Collector,
    Comment,
    ImportedResponse,
    ImportRun,
    PaperBatch,
    QuestionnaireDraft,
    Response,
    TextAnswer,
    Unit,
    Wave,
)
from survey.operations import paper_batches, paper_entry, remedies, services, transactions
from survey.operations.paper_batches import BatchHeader
from survey.operations.periods import province_today
from survey.operations.questionnaire_drafts import documents, lock_core, start_draft, submit, supplement
from tests.counter_score_objects import fixed_quarter, periods_to_fix, waiting_quarter
from tests.dialogues import make_commitment, make_dialogue, make_question
from tests.document_objects import published_document
from tests.emulation_objects import (
    NEW_CAMPAIGN,
    NEW_CAMPAIGN_WORDS,
    council_addresses,
    emulation_in_other_states,
)
from tests.factories import (
    NOW,
    make_collector,
    make_counter,
    make_definition,
    make_questionnaire,
    make_response,
    make_wave,
)
from tests.petition_cases import make_petition, petitions_in_other_states
from tests.remedy_objects import make_remedy
from tests.scorecards import appraised_card, line_of, submitted_card
from tests.staff import make_account

# Pages and files that show more by their query.
_FIXED, _WAITING = periods_to_fix(province_today())
QUERIES = (
    *(f"/staff/diem-mot-cua/chot/?ky={period.code}" for period in (_FIXED, _WAITING)),
    "/staff/phieu-tra-loi/?wave=W",
    "/staff/giao-dich/?start=2025-07-01&end=2025-12-31",
    "/staff/thu-tuc/-/linh-vuc?ma=LV",
    "/staff/chi-so/par-index/so-lieu?nam=2025",
    *(f"/staff/xuat/W/X1/phieu-tra-loi?form={form}&identifying=y&flagged=y" for form in ("csv", "xlsx", "jsonl")),
    *(f"/staff/xuat/W/X1/{what}?form={form}" for what in ("so-lieu", "bang-ma") for form in ("csv", "xlsx")),
)
ISSUER = ("superior_vi", "name_vi", "superior_en", "name_en", "authority_vi", "authority_en")


def make_more(session: Session, tree: dict[str, Unit], values: dict[str, object]) -> list[dict[str, object]]:
    """Further values of the arguments of addresses: a draft wave, a question, a supplement handed in, a batch that
    waits for acceptance, a procedure, files of the other kind, dialogues before and after the meeting. The batch there
    is gets a form, the import an answer."""
    own = tree["own"]
    field = services.create_field(session, code="LV", name_vi="Đất đai")
    services.create_service(session, field, code="1.001", name_vi="Cấp giấy", valid_from=date(2024, 1, 1))
    wave = session.scalars(select(Wave).where(Wave.code == "W")).one()
    asked = wave.questionnaire
    draft_wave = make_wave(
        session, code="D", units=[own], questionnaire=asked, period=(date(2026, 7, 1), date(2026, 12, 31))
    )
    draft_wave.owner = tree["above"]
    past = (date(2025, 7, 1), date(2025, 12, 31))
    transactions.set_transactions(session, own, *past, 4000)
    make_wave(session, code="P", units=[own], questionnaire=asked, period=past, state="published")
    counter = make_counter(session, own, code="2")
    collector = make_collector(session, wave, own, counter=counter)
    core = make_questionnaire(session, make_definition(code="core2"))
    lock_core(session, core, frozenset({"access"}))
    added = start_draft(session, supplement(session, core, own), owner=own, by="Nguyễn Thị A", at=NOW, core=core)
    submit(session, added, by="Nguyễn Thị A", at=NOW)
    editing = session.scalars(select(QuestionnaireDraft).where(QuestionnaireDraft.id == values["draft_id"])).one()
    question = next(documents(editing).questions)
    header = BatchHeader(forms_expected=1, collected_from=NOW.date(), collected_until=NOW.date())
    clerk = make_account(session, "entry", own)
    waiting = paper_batches.create_batch(session, wave, own, header, account_id=clerk.id, at=NOW)
    waiting.state = "checked"
    begun = session.get_one(PaperBatch, values["batch_id"])
    form = read_typed_form(paper_entry.questionnaire_of(begun), {"q_access_1": "4"})
    paper_entry.store_entry(session, begun, 1, 1, form, account_id=clerk.id, at=NOW, seconds=20, replaces=False)
    doubtful, imported = (make_response(session, collector, answers={"access_1": mark}) for mark in (1, 5))
    run = session.get_one(ImportRun, values["import_id"])
    run.rows_added = 1
    session.add(ImportedResponse(response_id=imported.id, import_run_id=run.id))
    session.flush()
    fixed_quarter(session, own)
    waiting_quarter(session, own)
    return [
        values | {"wave_code": "D", "element_key": question.key, "suffix": "xlsx", "form": "xlsx"},
        values
        | {"draft_id": added.id, "collector_code": collector.code, "batch_id": waiting.id, "response_id": doubtful.id},
        values | {"wave_code": "P"},
        *(values | other for other in petitions_in_other_states(session, own)),
        values | {"dialogue_code": make_dialogue(session, own, state="planned").code},
        values | {"dialogue_code": make_dialogue(session, own, state="announced").code},
        values | {"dialogue_code": make_dialogue(session, own, state="held").code},
        values | appraised_card(session, own),
        *(values | other for other in emulation_in_other_states(session, own)),
    ]


def last_steps(session: Session, unit: Unit) -> list[tuple[str, dict[str, str], tuple[str, ...]]]:
    """Steps that another step of the same page forestalls, each for an object of its own: where it is sent, with what,
    and which fields take words."""
    wave = session.scalars(select(Wave).where(Wave.code == "W")).one()
    dialogue = make_dialogue(session, unit, state="running")
    case = make_petition(session, unit, state="in_progress", on=province_today())
    remedy = make_remedy(session, wave, unit)
    remedies.finish_remedy(session, remedy, "Ảnh chụp quầy số 3", account_id=None, now=NOW)
    returned, marked = council_addresses(session, unit)
    judged = submitted_card(session, unit, "judged")
    of_dialogue = f"/staff/doi-thoai/{dialogue.code}"
    return [
        (f"{of_dialogue}/cau-hoi/{make_question(session, dialogue).code}/tu-choi", {}, ("reason",)),
        (f"/staff/cam-ket/{make_commitment(session, dialogue).id}/khong-thuc-hien", {}, ("reason",)),
        (f"/staff/y-kien/{case.reference}/chuyen", {"transfer-unit": "X2"}, ("transfer-reason",)),
        (f"/staff/giai-phap/{remedy.id}/cong-khai", {"step": "publish"}, ("said", "did")),
        (f"/staff/bang-cham-diem/{submitted_card(session, unit).id}/tra-lai", {}, ("reason",)),
        (
            f"/staff/bang-cham-diem/{judged.id}/tieu-chi/{line_of(judged, '1').id}/tham-dinh",
            {"points": "4"},
            ("reason",),
        ),
        (returned, {}, ("reason",)),
        (marked, {"mark_1": "5", "mark_2": "7,5", "award": ""}, ("reason_1", "reason_2")),
        ("/staff/thi-dua/moi", NEW_CAMPAIGN, NEW_CAMPAIGN_WORDS),
        (f"/staff/van-ban/{published_document(session, unit, wave).code}/thu-hoi", {}, ("reason",)),
        (f"/staff/van-ban/the-thuc/{unit.code}/co-quan", {"abbreviation": "SNV", "position_vi": "Giám đốc"}, ISSUER),
        ("/staff/chu-de/tu-dien/moi", {"step": "save"}, ("name_vi", "name_en", "words")),
    ]


def release_comments(session: Session) -> None:
    """Let every text that was written be a comment one may read, at once."""
    texts = select(TextAnswer).where(TextAnswer.response_id.not_in(select(Comment.response_id)))
    for number, text in enumerate(session.scalars(texts).all()):
        collector = session.get_one(Collector, session.get_one(Response, text.response_id).collector_id)
        comment = Comment(
            id=8_000 + number,
            response_id=text.response_id,
            question_id=text.question_id,
            wave_id=collector.wave_id,
            unit_id=collector.unit_id,
            month=2026 * 12 + 2,
            folded="",
            released_on=date(2026, 3, 20),
        )
        session.add(comment)
    session.commit()
