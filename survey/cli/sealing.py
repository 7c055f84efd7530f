"""Sealing from the command line: everything that is stored but not sealed yet."""

from __future__ import annotations

from survey.database import engine
from survey.operations import ledger


def seal_everything(*, patience: float = 30) -> int:
    """Seal in batches, each in a transaction of its own; returns how many responses were sealed.

    Raises :class:`~survey.operations.ledger.LedgerBusy` where a writer is in the way for `patience` seconds.
    """
    return ledger.seal_all(engine(), patience=patience)
