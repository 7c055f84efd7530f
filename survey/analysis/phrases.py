"""Phrases that are frequent in some comments: runs of two or three syllables that several of them share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from survey.analysis.theme_matching import parts_of

FEWEST = 3  # comments a phrase must be in
LONGEST = 60  # letters, as a word of the dictionary may have
LENGTHS = (3, 2)
SAME = 0.8  # of the comments of a part, in a longer phrase: then the longer one alone is shown

# Syllables that begin or end no phrase worth a theme.
_EMPTY = frozenset(
    """
    ai anh ấy bác bạn bằng bị bởi các cả cái cần cho chị chỉ chú chúng có con còn cô cũng của cứ do dù đã đang
    đây để đến đi điều đó đối được em gì hai hay hết hoặc hơn khác khi không là lại làm lắm lần lên lúc luôn
    mà mấy mình mong một mỗi này nào nay nên nếu ngay người nhất nhé như những nhưng nó nói ở ơi ông phải qua
    quá ra rằng rất rồi sao sau sẽ số sự tại tất thật thấy the thế theo thêm thì tôi tới trên trong trước từ
    tự và vào vẫn về vì việc với vừa xin xong đề nghị a an and are as at for from i in is it me my of on or
    the they to was were with you
    """.split()  # noqa: SIM905 words that are read as words
)


def frequent_phrases(texts: Iterable[str], most: int) -> list[tuple[str, int]]:
    """The phrases that the most texts hold, with how many do; none that hardly stands without a longer one.

    None begins or ends with a word such as "là" or "của", and none reaches over punctuation.
    """
    holding: Counter[tuple[str, ...]] = Counter()
    for text in texts:
        of_text: set[tuple[str, ...]] = set()
        for part in parts_of(text):
            for length in LENGTHS:
                for at in range(len(part.syllables) - length + 1):
                    run = part.syllables[at : at + length]
                    if run[0] not in _EMPTY and run[-1] not in _EMPTY and not any(s.isdigit() for s in run):
                        of_text.add(run)
        holding.update(of_text)
    frequent = {run: count for run, count in holding.items() if count >= FEWEST and len(" ".join(run)) <= LONGEST}
    kept: dict[tuple[str, ...], int] = {}
    for run, count in sorted(frequent.items(), key=lambda each: (-len(each[0]), -each[1], each[0])):
        longer = (number for other, number in kept.items() if len(other) > len(run) and _within(run, other))
        if count * SAME > max(longer, default=0):
            kept[run] = count
    ranked = sorted(kept.items(), key=lambda each: (-each[1], -len(each[0]), each[0]))
    return [(" ".join(run), count) for run, count in ranked[:most]]


def _within(run: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return any(other[at : at + len(run)] == run for at in range(len(other) - len(run) + 1))
