"""Where a page may end: no heading without what it names, no signature without some lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reportlab.platypus import (
    ActionFlowable,
    CondPageBreak,
    Flowable,
    KeepTogether,
    PageBreak,
    Paragraph,
    Spacer,
    Table,
)

HEADINGS = frozenset({"heading", "chapter", "part", "question"})  # styles of paragraphs that name what follows
LINES_ABOVE = 5  # of text above a signature: with fewer its page would be all but empty
LINES_BELOW = 2  # of text below a heading
SHORT_REST = 0.3  # of a page: less than this of a table is not left over for the next
_LONGEST_LEAD = 3  # lines of a paragraph between a heading and its table or chart
_UNENDING = 1e6


class RowTable(Table):
    """A table that goes on over pages; its first `first_rows` rows below the head stay with it. `ends_page` where a new
    page follows."""

    first_rows = 1
    ends_page = False

    def onSplit(self, T: Table, byRow: int = 1) -> None:  # noqa: N802, N803  as ReportLab calls it
        if isinstance(T, RowTable):
            T.ends_page = self.ends_page

    def first_height(self, width: float) -> float:
        """Points of the head and the rows that stay with it."""
        self.wrap(width, _UNENDING)
        heights: list[float] = vars(self)["_rowHeights"]  # there is no public way
        return sum(heights[: self.repeatRows + self.first_rows])

    def split(self, width: float, height: float) -> list[Flowable]:
        """Halves of about the same height, where else a few rows would be left over for the next page."""
        parts: list[Flowable] = super().split(width, height)
        if self.ends_page and len(parts) == 2:
            first, rest = (part.wrap(width, _UNENDING)[1] for part in parts)
            if rest < SHORT_REST * height < first:
                even: list[Flowable] = super().split(width, (first + rest) / 2)
                return [even[0], PageBreak(), even[1]] if len(even) == 2 else parts
        return parts


class Signature(KeepTogether):
    """The `block` that is signed, on one page with the `text` above it."""

    def __init__(self, text: Sequence[Flowable], block: Sequence[Flowable]) -> None:
        super().__init__([*text, *block])
        self.text, self.block = tuple(text), tuple(block)


def bound_together(content: Sequence[Flowable], width: float) -> Iterator[Flowable]:
    """The same content, `width` points wide: before a heading as much room as it needs with what it names, and in the
    signature the paragraphs that stand above it."""
    told = _signed_below_text(content, width)
    for at, each in enumerate(told):
        if isinstance(each, RowTable):
            each.ends_page = all(isinstance(after, ActionFlowable) for after in told[at + 1 : at + 2])
        if _is_heading(each) and not (at and _is_heading(told[at - 1])):
            yield CondPageBreak(_room(told[at:], width))
        yield each


def _signed_below_text(content: Sequence[Flowable], width: float) -> list[Flowable]:
    told = list(content)
    found = next(((at, each) for at, each in enumerate(told) if isinstance(each, Signature)), None)
    if found is None:
        return told
    place, signature = found
    above, text = place, list(signature.text)
    while above and sum(_lines(each, width) for each in text) < LINES_ABOVE and isinstance(told[above - 1], Paragraph):
        above -= 1
        text.insert(0, told[above])
    while above and text and _is_heading(told[above - 1]):
        above -= 1
        text.insert(0, told[above])
    return [*told[:above], Signature(text, signature.block), *told[place + 1 :]]


def _room(following: Sequence[Flowable], width: float) -> float:
    """Points of the headings that begin `following` and of what may not be torn from them."""
    room = 0.0
    for at, each in enumerate(following):
        if isinstance(each, (PageBreak, KeepTogether)):
            break
        if isinstance(each, CondPageBreak):
            continue
        if isinstance(each, RowTable):
            return room + each.first_height(width)
        height = each.wrap(width, _UNENDING)[1]
        if _is_heading(each) or isinstance(each, Spacer):
            room += each.getSpaceBefore() + height + each.getSpaceAfter()
        elif isinstance(each, Paragraph):
            lines = _lines(each, width)
            if lines > _LONGEST_LEAD or not _is_shown(following[at + 1 : at + 2]):
                return room + min(lines, LINES_BELOW) * float(each.style.leading)
            room += height + each.getSpaceAfter()
        else:
            return room + float(height)
    return room


def _is_shown(following: Sequence[Flowable]) -> bool:
    """Whether a table or chart comes next, which the words before it lead up to."""
    return any(not isinstance(each, (Paragraph, Spacer, CondPageBreak, PageBreak, KeepTogether)) for each in following)


def _is_heading(flowable: Flowable) -> bool:
    return isinstance(flowable, Paragraph) and flowable.style.name in HEADINGS


def _lines(flowable: Flowable, width: float) -> int:
    """Lines of text; a heading has none."""
    if not isinstance(flowable, Paragraph) or _is_heading(flowable):
        return 0
    return round(flowable.wrap(width, _UNENDING)[1] / flowable.style.leading)
