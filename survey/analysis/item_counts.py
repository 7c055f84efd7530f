"""What a tally counts of an item, a pool of items and the headline: sums, bases, and how many were shown a question."""

from __future__ import annotations

from collections.abc import Callable

from reports.figures import Counts
from survey.analysis.instrument import Instrument, Item, Pool
from survey.analysis.statistics import PersonSums
from survey.analysis.tally import Tally


def item_sums(item: Item) -> Callable[[Tally], PersonSums]:
    """The sums of an item in a tally; of three levels the upper two stand where "satisfied" stands, 4 and 5."""
    if item.three_levels:

        def sums(tally: Tally) -> PersonSums:
            n1, n2, n3 = tally.counts(item.id)[1:4]
            return PersonSums.of_counts((n1, 0, 0, n2, n3))

        return sums
    return lambda tally: PersonSums.of_counts(tally.counts(item.id)[1:6])


def item_base(tally: Tally, item: Item) -> int:
    """People with a valid answer to the item."""
    return sum(tally.counts(item.id)[1:6])


def item_counts(tally: Tally, item: Item) -> Counts:
    """n1…n5, no opinion, and skipped among those to whom the item was shown."""
    n0, n1, n2, n3, n4, n5 = tally.counts(item.id)[:6]
    answered = n0 + n1 + n2 + n3 + n4 + n5
    return Counts((n1, n2, n3, n4, n5), n0, max(0, shown(tally, item) - answered))


def pool_counts(tally: Tally, pool: Pool) -> Counts:
    """The counts of all items of a pool together."""
    n0, n1, n2, n3, n4, n5, skipped = (0,) * 7
    for item in pool.items:
        c0, c1, c2, c3, c4, c5 = tally.counts(item.id)[:6]
        n0, n1, n2, n3, n4, n5 = n0 + c0, n1 + c1, n2 + c2, n3 + c3, n4 + c4, n5 + c5
        skipped += max(0, shown(tally, item) - (c0 + c1 + c2 + c3 + c4 + c5))
    return Counts((n1, n2, n3, n4, n5), n0, skipped)


def shown(tally: Tally, item: Item) -> int:
    """How many responses were shown the item: all, or those whose earlier answer met its condition.

    After a question that takes several choices, people who ticked more than one of the values are counted once only
    as far as the tally can tell: never more than all who answered that question.
    """
    if item.condition is None:
        return tally.responses
    counts = tally.counts(item.condition.question_id)
    return min(sum(counts[value] for value in item.condition.values), tally.people(item.condition.question_id))


def headline_people(instrument: Instrument, tally: Tally) -> int:
    """People behind the headline of a tally."""
    if instrument.index is not None:
        return tally.sums(instrument.index.id).people
    return item_base(tally, instrument.overall) if instrument.overall else 0
