"""The codebook of rows: each variable with its wordings, codes, scopes and counts, as XLSX and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from reports.dataset import Row, Variable
from reports.figures import Language, Text, WaveLabel
from reports.streamed_workbook import Sheet, workbook_chunks

SCHEMA = "sipas-codebook/1"

NOTHING = Text("")

_ABOUT, _VARIABLES, _CODES = Text("Phiếu khảo sát", "Form"), Text("Biến", "Variables"), Text("Mã trả lời", "Codes")
_FORMS = {"number": Text("số", "number"), "text": Text("văn bản", "text"), "date": Text("ngày", "date")}


@dataclass(frozen=True, slots=True)
class Entry:
    """A variable and where it comes from; what every row carries, such as its unit, has no question.

    `asked_if` says under which earlier answer it is asked; `versions` are those of the questionnaire that ask it;
    `answered` counts responses with an answer, `counts` those by code: None where the reader gets no rows.
    """

    variable: Variable
    question: str = ""
    kind: str = ""
    wording: Text = NOTHING
    section: Text = NOTHING
    criterion: str = ""
    scopes: tuple[tuple[str, Text], ...] = ()
    asked_if: Text = NOTHING
    versions: tuple[str, ...] = ()
    answered: int | None = None
    counts: Mapping[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Codebook:
    """What describes the rows of one wave; `responses` is their number, where the reader gets any."""

    wave: WaveLabel
    questionnaire: str
    version: str
    digest: str
    title: Text
    legal_reference: Text
    valid_from: date
    valid_until: date | None
    entries: tuple[Entry, ...]
    responses: int | None = None


def codebook_json(codebook: Codebook) -> bytes:
    return json.dumps(_plain(codebook), ensure_ascii=False, indent=1).encode()


def codebook_xlsx(codebook: Codebook, language: Language, made: datetime) -> Iterator[bytes]:
    """Sheets: the form, its variables, and a row for every code of each; in chunks."""
    heads = {
        _ABOUT: ((Text("Mục", "What"), 30), (Text("Nội dung", "Content"), 90)),
        _VARIABLES: (
            (Text("Tên biến", "Variable"), 26), (Text("Nhãn (tiếng Việt)", "Label (Vietnamese)"), 40),
            (Text("Nhãn (tiếng Anh)", "Label (English)"), 40), (Text("Kiểu", "Type"), 10),
            (Text("Mã câu hỏi", "Question"), 26), (Text("Loại câu hỏi", "Kind of question"), 14),
            (Text("Câu hỏi (tiếng Việt)", "Wording (Vietnamese)"), 60),
            (Text("Câu hỏi (tiếng Anh)", "Wording (English)"), 60),
            (Text("Phần", "Section"), 30), (Text("Tiêu chí SIPAS", "SIPAS criterion"), 16),
            (Text("Thuộc yếu tố, chỉ số", "Pooled into"), 40), (Text("Chỉ hỏi khi", "Asked only if"), 40),
            (Text("Có trong phiên bản", "In versions"), 18), (Text("Số phiếu trả lời câu này", "Answered"), 14),
        ),
        _CODES: (
            (Text("Tên biến", "Variable"), 26), (Text("Mã", "Code"), 8),
            (Text("Ý nghĩa (tiếng Việt)", "Meaning (Vietnamese)"), 50),
            (Text("Ý nghĩa (tiếng Anh)", "Meaning (English)"), 50), (Text("Ngoài cơ sở tính", "Outside the base"), 16),
            (Text("Số phiếu", "Responses"), 12),
        ),
    }  # fmt: skip
    rows = {
        _ABOUT: _about(codebook, language),
        _VARIABLES: _variables(codebook, language),
        _CODES: _codes(codebook, language),
    }
    sheets = [
        Sheet(name[language], [label[language] for label, _ in head], [width for _, width in head], rows[name])
        for name, head in heads.items()
    ]
    return workbook_chunks(sheets, made)


def _about(codebook: Codebook, language: Language) -> Iterator[Row]:
    yield Text("Đợt khảo sát", "Wave")[language], f"{codebook.wave.code} – {codebook.wave.name[language]}"
    yield Text("Phiếu", "Form")[language], f"{codebook.questionnaire} {codebook.version} – {codebook.title[language]}"
    yield Text("Căn cứ", "Legal reference")[language], codebook.legal_reference[language]
    yield Text("Có hiệu lực từ", "In force from")[language], codebook.valid_from
    yield Text("Có hiệu lực đến", "In force until")[language], codebook.valid_until
    yield Text("Mã băm của phiếu (SHA-256)", "Digest of the form (SHA-256)")[language], codebook.digest
    yield Text("Số phiếu trả lời", "Responses")[language], codebook.responses


def _variables(codebook: Codebook, language: Language) -> Iterator[Row]:
    for entry in codebook.entries:
        variable = entry.variable
        yield (
            variable.name, variable.label.vi, variable.label["en"], _FORMS[variable.form][language], entry.question,
            entry.kind, entry.wording.vi, entry.wording["en"], entry.section[language], entry.criterion,
            "; ".join(label[language] for _, label in entry.scopes), entry.asked_if[language],
            ", ".join(entry.versions), entry.answered,
        )  # fmt: skip


def _codes(codebook: Codebook, language: Language) -> Iterator[Row]:
    outside = Text("có", "yes")[language]
    for entry in codebook.entries:
        variable = entry.variable
        for code, label in variable.values:
            count = None if entry.counts is None else entry.counts.get(code, 0)
            yield variable.name, code, label.vi, label["en"], outside if code in variable.missing else None, count


def _plain(codebook: Codebook) -> dict[str, Any]:
    wave = codebook.wave
    return {
        "schema": SCHEMA,
        "wave": {
            "code": wave.code,
            "name": _both(wave.name),
            "start": wave.start.isoformat(),
            "end": wave.end.isoformat(),
        },
        "questionnaire": {
            "code": codebook.questionnaire,
            "version": codebook.version,
            "digest": codebook.digest,
            "title": _both(codebook.title),
            "legal_reference": _both(codebook.legal_reference),
            "valid_from": codebook.valid_from.isoformat(),
            "valid_until": codebook.valid_until.isoformat() if codebook.valid_until else None,
        },
        "responses": codebook.responses,
        "variables": [_entry(entry) for entry in codebook.entries],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    variable = entry.variable
    return {
        "name": variable.name,
        "label": _both(variable.label),
        "type": variable.form,
        "measure": variable.measure,
        "question": entry.question or None,
        "kind": entry.kind or None,
        "wording": _both(entry.wording) if entry.wording.vi else None,
        "section": _both(entry.section) if entry.section.vi else None,
        "criterion": entry.criterion or None,
        "scopes": [{"code": code, "label": _both(label)} for code, label in entry.scopes],
        "asked_if": _both(entry.asked_if) if entry.asked_if.vi else None,
        "versions": list(entry.versions),
        "answered": entry.answered,
        "values": [
            {
                "code": code,
                "label": _both(label),
                "missing": code in variable.missing,
                "count": None if entry.counts is None else entry.counts.get(code, 0),
            }
            for code, label in variable.values
        ],
    }


def _both(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text["en"]}
