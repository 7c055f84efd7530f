"""What a citizen meets: a collector hung up at a counter, and the token of the page it opens."""

from __future__ import annotations

import re
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.definition import Questionnaire
from forms.library import standard
from survey.models import Collector, Unit
from survey.operations import waves
from tests import factories

UNIT = "UBND phường Hòa Bình"
ONE_STOP = "Trung tâm Phục vụ hành chính công phường Hòa Bình"
COUNTER = "Quầy số 3"


def hang_up(
    session: Session,
    questionnaire: Questionnaire | str = "counter",
    *,
    state: str = "open",
    channel: str = "qr",
    trust: str = "open",
    unit_name: str = UNIT,
    one_stop: str = ONE_STOP,
    parent: Unit | None = None,
) -> Collector:
    """A committed collector at a counter, its wave in `state`; a standard questionnaire goes by its code."""
    asked = standard(questionnaire) if isinstance(questionnaire, str) else questionnaire
    number = 1 + (session.scalar(select(func.count(Collector.id))) or 0)
    unit = factories.make_unit(session, code=f"unit-{number}", name_vi=unit_name, parent=parent)
    unit.one_stop_vi = one_stop
    counter = factories.make_counter(session, unit, code="1", name_vi=COUNTER)
    wave = factories.make_wave(
        session,
        code=f"wave-{number}",
        units=[unit],
        # A form that is out of force weighs as much as it did.
        questionnaire=factories.make_questionnaire(session, replace(asked, valid_until=None)),
        state="draft" if state == "draft" else "open",
    )
    collector = factories.make_collector(session, wave, unit, counter=counter, channel=channel, trust=trust)
    if state == "closed":
        waves.close_wave(session, wave, factories.NOW)
    session.commit()
    return collector


def token_of(html: str) -> str:
    """The token in a form's page."""
    found = re.search(r"name=token value=([\w-]+)", html)
    assert found, "the page holds no token"
    return found.group(1)
