"""The sample province's one-stop counters: two quarters of three agencies, one of them at exactly 15.0 points, and
rules that take an indicator from surveys where an agency's dossiers do not tell of opinions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.counter_score_figures import CounterPeriod
from survey.analysis.counter_fixings import read_scores_now
from survey.analysis.counter_freezing import latest_fixing
from survey.models import Unit
from survey.operations import counter_fixings
from survey.operations.counter_records import DossierRow, QuarterRecord, record_dossiers, record_quarter
from survey.operations.counter_rules import publish_rules, standard_rules
from survey.operations.periods import noon, quarter

DOSSIERS = 200
PACES = ("early", "on_time", "late")
OFFICIALS = ("CB01",) * 80 + ("CB02",) * 62 + ("CB03",) * 50 + ("CB04",) * 5 + ("CB05",) * 3
FIELDS = ("Hộ tịch", "Đất đai", "Chứng thực", "Bảo trợ xã hội")


class Profile(NamedTuple):
    """How many of the dossiers earn 2, 1 and 0 points by an indicator; `complaints` stand against early ones."""

    pace: tuple[int, int, int]
    agency_pace: tuple[int, int, int]
    contacts: tuple[int, int, int]
    agencies: tuple[int, int, int]
    complaints: int
    on_the_spot: int  # of 100 listed procedures
    online: int  # of the dossiers received


# 1.6 + 1.5 + 1.7 + 1.7 + 1 + 2 + 1.5 + 2 + 2 are 15.0.
FIFTEEN = Profile((140, 40, 20), (130, 40, 30), (150, 40, 10), (150, 40, 10), 10, 60, 40)
FAIR = Profile((90, 78, 32), (80, 70, 50), (110, 60, 30), (130, 50, 20), 12, 15, 20)
WEAK = Profile((30, 60, 110), (25, 60, 115), (50, 60, 90), (60, 60, 80), 30, 4, 8)
GOOD = Profile((150, 44, 6), (140, 40, 20), (160, 30, 10), (150, 40, 10), 4, 28, 35)
SURVEYS = """surveys:
  - {indicator: 7, figure: factor, code: officials, two: [4, 5], one: [3], use: where_missing}
"""
SILENT = ("STC",)  # its one-stop system does not tell whether an opinion stands against a dossier
UNITS: dict[str, tuple[Profile, Profile]] = {"BENTRA": (FAIR, FIFTEEN), "SXD": (FAIR, GOOD), "STC": (WEAK, FAIR)}


def load_counter_scores(session: Session, units: dict[str, Unit], today: date, seed: int) -> None:
    """Dossiers and records of the two quarters that ended last."""
    last = quarter(quarter(today)[0] - timedelta(days=1))
    before = quarter(last[0] - timedelta(days=1))
    rules = standard_rules().replace("surveys: []\n", SURVEYS)
    publish_rules(session, rules, before[0], at=noon(before[0]))
    for code, profiles in UNITS.items():
        for (start, _end), profile in zip((before, last), profiles, strict=True):
            rng = Random(f"{seed} {code} {start}")  # noqa: S311 sample data, the same for the same seed
            rows = _dossiers(profile, start, rng)
            if code in SILENT:
                rows = [replace(row, complaint="") for row in rows]
            record_dossiers(session, [(units[code], row) for row in rows])
            record_quarter(session, units[code], start.year, (start.month + 2) // 3, _record(profile))


def fix_counter_scores(session: Session, today: date, people: Mapping[str, int]) -> None:
    """The earlier quarter fixed by two people ("asks", "confirms": ids of accounts), and a dossier that was told only
    afterwards; nothing where it is fixed. Needs the waves closed."""
    last = quarter(today)[0] - timedelta(days=1)
    end = quarter(last)[0] - timedelta(days=1)
    period = CounterPeriod(end.year, (end.month + 2) // 3)
    if latest_fixing(session, period) is not None:
        return
    scores = read_scores_now(session, period, today)
    asked_at = noon(end + timedelta(days=12))
    frozen = counter_fixings.ask(session, scores, account_id=people["asks"], now=asked_at)
    counter_fixings.confirm(
        session,
        scores,
        seen=frozen.digest,
        account_id=people["confirms"],
        now=noon(end + timedelta(days=13)),
    )
    late = DossierRow("HS-BO-SUNG-01", end - timedelta(days=20), end - timedelta(days=6), end + timedelta(days=3))
    record_dossiers(session, [(session.scalars(select(Unit).where(Unit.code == "SXD")).one(), late)])


def _record(profile: Profile) -> QuarterRecord:
    return QuarterRecord(
        listed_procedures=100,
        on_the_spot=profile.on_the_spot,
        all_at_counter=True,
        publication="both",
        eligible_procedures=80,
        online_procedures=40,
        dossiers_received=100,
        online_dossiers=profile.online,
        online_late=0,
    )


def _dossiers(profile: Profile, start: date, rng: Random) -> list[DossierRow]:
    def drawn(counts: tuple[int, int, int]) -> list[int]:
        values = [0] * counts[0] + [1] * counts[1] + [2] * counts[2]
        rng.shuffle(values)
        return values

    paces = drawn(profile.pace)
    complaints = set([at for at, pace in enumerate(paces) if pace == 0][: profile.complaints])
    agencies_paces, contacts, agencies = drawn(profile.agency_pace), drawn(profile.contacts), drawn(profile.agencies)
    officials = list(OFFICIALS)
    rng.shuffle(officials)
    rows = []
    for at in range(DOSSIERS):
        due = start + timedelta(days=4 + at * 80 // DOSSIERS)
        returned = due + timedelta(days=(-2, 0, 3)[paces[at]])
        rows.append(
            DossierRow(
                code=f"HS-{start:%y%m}-{at + 1:04d}",
                received_on=due - timedelta(days=7),
                due_on=due,
                returned_on=None if paces[at] == 2 and at % 9 == 0 else returned,  # some are overdue still
                official=officials[at],
                field=FIELDS[at % len(FIELDS)],
                extra_contacts=contacts[at],
                agencies=agencies[at],
                agency_days=f"STP {(2, 3, 5)[agencies_paces[at]]}/3",
                complaint="stands" if at in complaints else "none",
            )
        )
    return rows
