"""What a citizen agrees to when he leaves his contact: one wording a purpose and version, never edited afterwards.

A new wording is a new version at the end of its list; the old ones stay, so that a stored consent can be read.
"""

from __future__ import annotations

from typing import NamedTuple

from forms.definition import Wording


class ConsentText(NamedTuple):
    version: str
    wording: Wording


CONSENTS: dict[str, tuple[ConsentText, ...]] = {
    "answer": (
        ConsentText(
            "2026-11",
            Wording(
                "Tôi đồng ý để cơ quan giải quyết ý kiến này dùng họ tên, số điện thoại, thư điện tử của tôi "
                "để trả lời và thông báo tiến độ.",
                "I agree that the office handling this opinion uses my name, telephone number and e-mail address "
                "to answer me and to tell me about the progress.",
            ),
        ),
    ),
    "follow_up": (
        ConsentText(
            "2026-11",
            Wording(
                "Tôi đồng ý được hỏi lại một lần, sau khi có câu trả lời, xem tôi có hài lòng với việc giải quyết hay "
                "không.",
                "I agree to be asked once, after the answer, whether I am satisfied with how my opinion was handled.",
            ),
        ),
    ),
}


def current(purpose: str) -> ConsentText:
    """The wording shown today."""
    return CONSENTS[purpose][-1]


def is_version(purpose: str, version: str) -> bool:
    """Whether there is, or was, such a wording: a form opened before a change is sent after it."""
    return any(text.version == version for text in CONSENTS[purpose])
