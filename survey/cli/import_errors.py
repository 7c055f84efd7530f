"""What is wrong with a file of responses, said to the person who keeps it, in Vietnamese or English."""

from __future__ import annotations

from forms.ballot import clean_text
from survey.operations.response_files import CellError, ResponseFileError

_SENTENCES = {
    "encoding": ("tệp không phải mã UTF-8; hãy lưu lại ở dạng “CSV UTF-8”", "not UTF-8: save the file as “CSV UTF-8”"),
    "csv": ("không đọc được dòng này: {reason}", "the line cannot be read: {reason}"),
    "no_rows": ("tệp không có phiếu nào", "the file holds no response"),
    "no_question": ("không cột nào là câu hỏi của phiếu khảo sát", "no column is a question of the questionnaire"),
    "column_twice": ("tên cột này xuất hiện nhiều lần", "the column's name occurs more than once"),
    "column_unknown": (
        "phiếu {questionnaire} không có câu hỏi này; dùng --map “cột=câu hỏi”, hoặc --map “cột=” để bỏ qua",
        "{questionnaire} has no such question: use --map “column=question”, or --map “column=” to skip",
    ),
    "question_twice": (
        "câu hỏi {question} đã có ở cột {other}",
        "the question {question} stands in column {other} already",
    ),
    "unit_column": (
        "thiếu cột đơn vị; chỉ ra bằng --unit-column, hoặc đặt một đơn vị cho cả tệp bằng --unit",
        "the column with the unit is missing: name it with --unit-column, or give one unit for all with --unit",
    ),
    "cells": ("có {found} ô, dòng tiêu đề có {expected}", "{found} cells where the header has {expected}"),
    "value": ("giá trị “{value}” không hợp lệ; chấp nhận: {offered}", "“{value}” is not among the answers: {offered}"),
    "no_opinion_not_offered": (
        "câu hỏi này không có lựa chọn “không có ý kiến” (x)",
        "the question does not offer “no opinion” (x)",
    ),
    "text_length": ("dài {length} ký tự, tối đa {limit}", "{length} characters, at most {limit} are allowed"),
    "unit_missing": ("thiếu mã đơn vị", "the unit's code is missing"),
    "unit_code": (
        "“{unit}” không dùng làm mã đơn vị được: tối đa 40 chữ, số, dấu gạch nối và dấu chấm",
        "“{unit}” cannot be a unit's code: use at most 40 letters, digits, hyphens and full stops",
    ),
    "unit_unknown": (
        "không có đơn vị mã {unit}; thêm --create để tạo mới",
        "there is no unit with the code {unit}; add --create to make it",
    ),
    "unit_not_in_wave": (
        "đơn vị {unit} không tham gia đợt khảo sát {wave}",
        "the unit {unit} does not take part in the wave {wave}",
    ),
    "counter_unknown": (
        "đơn vị {unit} không có quầy mã {counter}",
        "the unit {unit} has no counter with the code {counter}",
    ),
    "transactions_number": ("số giao dịch “{value}” không phải số nguyên", "“{value}” is not a number of transactions"),
    "transactions_contradict": (
        "đơn vị {unit} có số giao dịch {value}, trái với {known} đã ghi trước đó",
        "the unit {unit} has {value} transactions here and {known} elsewhere",
    ),
    "empty_ballot": ("phiếu trống", "the ballot is empty"),
}


def describe(error: CellError, language: str) -> str:
    """One error in one line: "dòng 17, cột q05: …"."""
    vietnamese, english = _SENTENCES[error.code]
    sentence = (english if language == "en" else vietnamese).format(**error.parameters)
    if language == "en":
        place = f"line {error.line}, column {error.column}" if error.column else f"line {error.line}"
    else:
        place = f"dòng {error.line}, cột {error.column}" if error.column else f"dòng {error.line}"
    return clean_text(f"{place}: {sentence}", lines=False)


def describe_all(refused: ResponseFileError, language: str) -> str:
    """Every error that was kept, a line each, and how many more there are."""
    lines = [describe(error, language) for error in refused.errors]
    more = refused.count - len(refused.errors)
    if more:
        lines.append(f"… and {more} more errors" if language == "en" else f"… và {more} lỗi khác")
    english = f"{refused.count} errors; nothing was imported."
    lines.append(english if language == "en" else f"Tệp có {refused.count} lỗi; chưa nhập phiếu nào.")
    return "\n".join(lines)
