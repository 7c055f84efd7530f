"""Themes are found by whole syllables, the longest phrase first, with diacritics or typed without; denial is simple."""

from __future__ import annotations

from collections import Counter

import pytest

from survey.analysis.phrases import frequent_phrases
from survey.analysis.theme_disclosure import Counted, shown
from survey.analysis.theme_matching import Dictionary, parts_of, syllables_of
from survey.models.theme import WHOLE_WAVE
from survey.operations import themes
from survey.operations.demo import comments
from survey.operations.theme_reading import standard_themes

WAIT, KIND, PRAISE, PLACE, LIST = 1, 2, 3, 4, 5
DICTIONARY = Dictionary(
    {
        WAIT: ["chờ lâu", "chờ", "đợi"],
        KIND: ["lịch sự", "nhiệt tình", "hòa nhã"],
        PRAISE: ["hài lòng", "nhanh"],
        PLACE: ["bảng hướng dẫn", "ghế"],
        LIST: ["hướng dẫn", "quý mến"],
    },
    unless_negated=[PRAISE],
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Chờ lâu quá", {WAIT}),
        ("CHỜ  LÂU\nquá", {WAIT}),
        ("cho lau qua di mat", {WAIT}),  # typed without diacritics
        ("Tôi cho em hỏi lâu chưa", set()),  # "cho" of a text with diacritics is no "chờ"
        ("cho toi hoi", set()),  # a single syllable without diacritics could be anything
        ("can bo lich su va nhiet tinh", {KIND}),
        ("Cán bộ tốt. Cho lau qua di mat thoi gian", {WAIT}),  # one sentence of it without
        ("ghếch chân", set()),  # whole syllables
        ("Tôi chờ, lâu rồi", {WAIT}),
        ("hướng, dẫn", set()),  # no phrase reaches over a comma
        ("Bảng hướng dẫn mờ", {PLACE}),  # the longest phrase alone
        ("Bảng hướng dẫn mờ, cần người hướng dẫn", {PLACE, LIST}),
        ("Hoà nhã với dân", {KIND}),  # both ways to write the mark
        ("Hòa nhã với dân", {KIND}),
        ("Qu\u00fd m\u1ebfn", {LIST}),
        ("lịch sự".encode().decode(), {KIND}),
        ("li\u0323ch s\u01b0\u0323", {KIND}),  # decomposed letters
        ("Chúng tôi hài lòng", {PRAISE}),
        ("Chúng tôi không hài lòng", set()),
        ("Chưa được nhanh", set()),
        ("ko hai long", set()),
        ("Không, rất hài lòng", {PRAISE}),  # denial reaches over no comma
        ("Không lịch sự", {KIND}),  # a matter stays one, praised or not
        ("", set()),
        ("😀 👍", set()),
    ],
)
def test_a_comment_has_the_themes_of_its_words(text: str, found: set[int]) -> None:
    assert DICTIONARY.themes_of(text) == found


def test_a_dictionary_without_words_finds_nothing() -> None:
    assert Dictionary({}).themes_of("Chờ lâu, cho lau qua") == set()
    assert Dictionary({1: ["…"]}).themes_of("…") == set()


def test_the_digest_tells_dictionaries_apart() -> None:
    same = Dictionary({1: ["b", "a"]}), Dictionary({1: ["a", "b"]})
    assert same[0].digest == same[1].digest
    assert len({d.digest for d in (same[0], Dictionary({2: ["a", "b"]}), Dictionary({1: ["a", "b"]}, [1]))}) == 3


def test_ordinary_text_is_not_taken_for_text_without_diacritics() -> None:
    assert [part.bare for part in parts_of("Tôi ra về, ba giờ sau quay lại. Xong ngay.")] == [False, False, False]
    assert [part.bare for part in parts_of("lam on nhanh hon")] == [True]


def test_the_standard_dictionary_can_be_kept_and_knows_most_of_what_people_write() -> None:
    standard = standard_themes()
    for theme in standard:
        assert themes.cleaned_words(theme["words"]) == theme["words"]  # lower case, of a fit length, each once
        assert theme["en"]
    assert len({theme["code"] for theme in standard}) == len(standard)
    dictionary = Dictionary({number: theme["words"] for number, theme in enumerate(standard)})
    written = (*comments._GOOD, *comments._MIXED, *comments._BAD)
    known = [text for text in written if dictionary.themes_of(text)]
    assert len(known) / len(written) > 0.85
    assert syllables_of("Mã QR") == ("mã", "qr")


def test_frequent_phrases_are_those_of_several_comments_without_empty_words() -> None:
    texts = [
        "Cái bãi giữ xe xa quá",
        "Tôi thấy cái bãi giữ xe tối",
        "Cái bãi giữ xe rộng",
        "Một lần khác",
        "Bãi giữ xe, xe",
    ]
    assert frequent_phrases(texts, 5) == [("bãi giữ xe", 4)]
    assert frequent_phrases(texts[:2], 5) == []


def test_a_fragment_of_a_longer_phrase_is_no_phrase_of_its_own() -> None:
    texts = ["Tìm mãi chỗ gửi xe máy", "Nhà dân thiếu chỗ gửi xe máy", "Xin thêm chỗ gửi xe máy"]
    assert frequent_phrases(texts, 9) == [("chỗ gửi xe máy", 3)]
    assert dict(frequent_phrases([*texts, "Gửi xe", "Gửi xe đạp"], 9)) == {"chỗ gửi xe máy": 3, "gửi xe": 5}
    # Of one that is longer than the longest, one part stands and none that begins within it.
    assert len(frequent_phrases(["Lãnh đạo huyện quan tâm cải thiện"] * 3, 9)) == 2
    same_beginning = ["hồ sơ trễ hẹn"] * 3 + ["hồ sơ đất đai"] * 3
    assert dict(frequent_phrases(same_beginning, 9)) == {"hồ sơ": 6, "hồ sơ trễ hẹn": 3, "hồ sơ đất đai": 3}


PARENTS = {"0": None, "1": "0", "2": "1", "3": "1", "4": "1"}


def counts(leaves: dict[str, dict[int, int]]) -> dict[tuple[str, int], Counted]:
    """Of the units 2, 3 and 4 by month, with the sums above them and over the whole wave."""
    found: Counter[tuple[str, int]] = Counter()
    for unit, months in leaves.items():
        for month, people in months.items():
            for above in (unit, "1", "0"):
                found.update({(above, month): people, (above, WHOLE_WAVE): people})
    return {cell: Counted(people, people) for cell, people in found.items()}


def test_counts_that_give_fewer_than_five_away_are_hidden_over_units_and_months() -> None:
    few = counts({"2": {5: 3}, "3": {5: 7}, "4": {5: 17, 6: 3}})
    # Of unit 2's three people nothing is told, nor by unit 3 beside it; nor of the three of June by those of May.
    assert set(shown(few, PARENTS)) == {("0", 0), ("1", 0), ("4", 0)}
    enough = counts({"2": {5: 8}, "3": {5: 12}, "4": {5: 17, 6: 8}})
    assert set(shown(enough, PARENTS)) == set(enough)
