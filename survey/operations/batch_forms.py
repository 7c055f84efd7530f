"""The form printed for a batch: its wave's questionnaire in the name of its unit, under the batch's code."""

from __future__ import annotations

from reports.figures import Text
from reports.paper_form import PaperForm
from survey.models import PaperBatch
from survey.operations.paper_entry import questionnaire_of
from survey.operations.paper_forms import paper_form

_NOTHING = Text("", "")


def batch_form(batch: PaperBatch) -> PaperForm:
    """What :func:`reports.paper_form.paper_form_pdf` prints for the batch."""
    unit, counter = batch.unit, batch.counter
    name = Text(unit.name_vi, unit.name_en or unit.name_vi)
    above = unit.parent
    return paper_form(
        questionnaire_of(batch),
        batch_code=batch.code,
        issuer=name,
        superior=_NOTHING if above is None else Text(above.name_vi, above.name_en or above.name_vi),
        one_stop=Text(unit.one_stop_vi, unit.one_stop_en or unit.one_stop_vi) if unit.one_stop_vi else name,
        place=_NOTHING if counter is None else Text(counter.name_vi, counter.name_en or counter.name_vi),
    )
