"""The codebook of open data: every column and every code, for readers and as CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import get_args

from reports import names
from reports.delimited import csv_chunks
from reports.figure_rows import LANGUAGES, part_name
from reports.figures import Aggregation, Design, IntervalMethod, Language, Rule, Text, VerdictState, Weighting
from reports.open_columns import TABLES, TableName
from reports.wording import verdict_word

_KINDS = {
    "province": Text("Tỉnh, thành phố", "Province or city"),
    "department": Text("Sở, ban, ngành", "Department"),
    "commune": Text("Xã, phường", "Commune or ward"),
    "room": Text("Phòng, đơn vị trực thuộc", "Room or subordinate office"),
}
_PARTS = (
    "index",
    "other_weighting",
    "overall",
    "all_satisfied",
    "content",
    "factor",
    "item",
    "choice",
    "channel",
    "trust",
    "group",
    "half_month",
)
_COUNTER = Text("Quầy tiếp nhận của đơn vị", "A counter of the unit")
_INTERVALS = {
    "logit": Text(
        "Khoảng logit quanh tỷ lệ, mỗi người là một đơn vị mẫu",
        "Logit interval around the ratio, each person one sampling unit",
    ),
    "wilson": Text("Khoảng Wilson", "Wilson interval"),
    "census": Text(
        "Toàn bộ người thuộc diện khảo sát đã trả lời: không có sai số", "Everybody answered: no uncertainty"
    ),
    "bounded": Text("Khoảng không hẹp hơn khoảng thật", "At least as wide as the true interval"),
}
_RATES = {
    "response_rate": Text("Phiếu giấy thu về trên phiếu phát ra", "Paper forms returned over those handed out"),
    "forms_per_dossier": Text("Phiếu trên hồ sơ đã giải quyết", "Forms over dossiers settled"),
}
_ROWS = {"all": Text("Tất cả đơn vị", "All units"), "unit": Text("Một đơn vị", "One unit")}
_HELD = {
    "held": Text("Đã tổ chức trong kỳ", "Held in the period"),
    "held_late": Text("Tổ chức sau kỳ", "Held after the period"),
    "not_held": Text("Chưa tổ chức", "Not held"),
}
TITLES: dict[TableName, Text] = {
    "figures": Text("Số liệu theo đơn vị và tiêu chí", "Figures by unit and item"),
    "units": Text("Các đơn vị", "Units"),
    "opinions": Text("Phản ánh, kiến nghị theo đơn vị", "Opinions by unit"),
    "dialogues": Text("Đối thoại và cam kết theo đơn vị", "Dialogues and promises by unit"),
}


@dataclass(frozen=True, slots=True)
class Code:
    """A value of a column that stands for something."""

    list: str
    code: str
    meaning: Text


def _both(word: Callable[[Language], str]) -> Text:
    vi, en = (word(language) for language in LANGUAGES)
    return Text(vi, en)


def _worded(kind: str, codes: Iterable[str], word: Callable[..., str]) -> Iterator[Code]:
    for code in codes:
        yield Code(kind, code, _both(lambda language, code=code: word(code, language)))  # type: ignore[misc]  # default


def codes() -> Iterator[Code]:
    """Every list of codes, in the order of the columns that use them."""
    for kind, meanings in (("kind", _KINDS), ("interval_method", _INTERVALS), ("rate_kind", _RATES)):
        for code, meaning in meanings.items():
            yield Code(kind, code, meaning)
        if kind == "kind":
            yield from _worded("part", _PARTS, part_name)
            yield Code("part", "counter", _COUNTER)
    yield from _worded("rule", get_args(Rule), names.rule_name)
    yield from _worded("aggregation", get_args(Aggregation), names.aggregation_name)
    yield from _worded("weighting", get_args(Weighting), names.weighting_name)
    yield from _worded("trust", ("verified", "present", "open", "paper", "assisted"), names.trust_name)
    yield from _worded("verdict", get_args(VerdictState), verdict_word)
    yield from _worded("design", get_args(Design), names.design_name)
    for kind, meanings in (("row", _ROWS), ("held", _HELD)):
        for code, meaning in meanings.items():
            yield Code(kind, code, meaning)


def known_codes(kind: str) -> tuple[str, ...]:
    """The codes of one list."""
    if kind == "interval_method":
        return get_args(IntervalMethod)
    return tuple(code.code for code in codes() if code.list == kind)


HEAD = ("table", "column", "datatype", "code", "meaning_vi", "meaning_en")


def codebook_csv() -> Iterator[bytes]:
    """The codebook as a table: a line for each column, then one for each code under the name of its list."""
    return csv_chunks(HEAD, _lines(), ",")


def _lines() -> Iterator[tuple[str | None, ...]]:
    for table, columns in TABLES.items():
        for column in columns:
            yield table, column.name, column.datatype, column.codes or None, column.about.vi, column.about.en
    for code in codes():
        yield None, code.list, "code", code.code, code.meaning.vi, code.meaning.en
