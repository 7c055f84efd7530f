"""How values, ranks and targets of an index are written for a reader."""

from __future__ import annotations

from reports.catalogue import gettext
from reports.figures import Language
from reports.index_figures import IndexAim
from reports.wording import NO_NUMBER, Number, number


def index_value(value: Number | None, language: Language, decimals: int) -> str:
    """A value with the decimals its publisher gives: 86,43; a dash for None."""
    return NO_NUMBER if value is None else number(value, language, decimals)


def rank_words(rank: int | None, ranked: int | None, language: Language) -> str:
    """A rank: "hạng 25/63"."""
    return NO_NUMBER if rank is None else gettext("rank {rank}/{ranked}", language, rank=rank, ranked=ranked)


def aim_words(aim: IndexAim | None, decimals: int, language: Language) -> str:
    """What is asked: "từ 85,00 trở lên; hạng 45–50 hoặc cao hơn"; a dash where nothing is."""
    if aim is None:
        return NO_NUMBER
    told = []
    if aim.value is not None:
        told.append(gettext("{value} or more", language, value=index_value(aim.value, language, decimals)))
    if aim.worst_rank is not None:
        ranks = f"{aim.best_rank}–{aim.worst_rank}" if aim.best_rank != aim.worst_rank else str(aim.worst_rank)
        told.append(gettext("rank {ranks} or better", language, ranks=ranks))
    return "; ".join(told)


def reached_words(reached: bool | None, language: Language) -> str:
    """Whether a target was reached, in a word."""
    if reached is None:
        return gettext("Target cannot be judged", language)
    return gettext("Target reached", language) if reached else gettext("Target not reached", language)
