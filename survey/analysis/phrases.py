"""Phrases that are frequent in some comments: runs of two to four syllables that several of them share."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from survey.analysis.theme_matching import parts_of

FEWEST = 3  # comments a phrase must be in
LONGEST = 60  # letters, as a word of the dictionary may have
Run = tuple[str, ...]

LENGTHS = (4, 3, 2)
OVERLAP = 2  # syllables that two phrases share where they are parts of one that is longer still
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
    holding: Counter[Run] = Counter()
    for text in texts:
        of_text: dict[Run, None] = {}  # each once, in the order of the text: of equals the first stands
        for part in parts_of(text):
            for length in LENGTHS:
                for at in range(len(part.syllables) - length + 1):
                    run = part.syllables[at : at + length]
                    if run[0] not in _EMPTY and run[-1] not in _EMPTY and not any(s.isdigit() for s in run):
                        of_text[run] = None
        holding.update(of_text.keys())
    frequent = {run: count for run, count in holding.items() if count >= FEWEST and len(" ".join(run)) <= LONGEST}
    ranked = sorted(_whole(frequent).items(), key=lambda each: (-each[1], -len(each[0]), each[0]))
    return [(" ".join(run), count) for run, count in ranked[:most]]


def _whole(frequent: Mapping[Run, int]) -> dict[Run, int]:
    """Those that are no fragment: neither a part of a longer phrase, nor the end of one phrase and the beginning of the
    next, in about the same comments."""
    covered: dict[Run, int] = defaultdict(int)  # by a part, the comments with a longer phrase around it
    begun: dict[Run, int] = defaultdict(int)  # by how a kept phrase begins, the comments with it
    ended: dict[Run, int] = defaultdict(int)  # by how it ends
    kept: dict[Run, int] = {}
    for run, count in sorted(frequent.items(), key=lambda each: (-len(each[0]), -each[1])):
        sizes = range(OVERLAP, len(run))
        around = max(covered[run], *(max(ended[run[:size]], begun[run[-size:]]) for size in sizes), 0)
        if count * SAME > around:
            kept[run] = count
            for size in sizes:
                begun[run[:size]] = max(begun[run[:size]], count)
                ended[run[-size:]] = max(ended[run[-size:]], count)
        for part in _parts(run):
            covered[part] = max(covered[part], count)
    return kept


def _parts(run: Run) -> Iterator[Run]:
    for length in LENGTHS:
        if length < len(run):
            yield from (run[at : at + length] for at in range(len(run) - length + 1))
