"""How those present rate a dialogue: its polls opened, closed and read, beside the counters and the dialogue before."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from reports.shift_wording import judged_reason, judged_word, shift_sentence
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import can, dialogue_path, source_for
from survey.analysis import comments
from survey.analysis.comments import Filters, Page
from survey.analysis.dialogue_polls import polls_view
from survey.blueprints.comments import reach
from survey.database import current_session, engine
from survey.dialogue_pages import dialogue_or_404, explain, now, refused, words
from survey.models import Dialogue, DialoguePoll
from survey.operations import closing, dialogue_polls
from survey.operations.errors import OperationError
from survey.operations.periods import province_today
from survey.operations.waves import WaveError
from survey.operations.writing import begin_write

blueprint = staff_blueprint("dialogue_polls", __name__, url_prefix="/staff/doi-thoai/<dialogue_code>/danh-gia")
blueprint.register_error_handler(OperationError, refused)
blueprint.context_processor(words)

MOST_COMMENTS = 20  # shown; the rest are a link away
KINDS = {"exit": _l("Rating at the exit"), "follow_up": _l("Rating after the commitments")}


@blueprint.context_processor
def drawing() -> dict[str, Any]:
    """What the figures are worded with: the same functions as a unit's results."""
    return {
        "kinds": KINDS,
        "judged_word": judged_word,
        "judged_reason": judged_reason,
        "shift_sentence": shift_sentence,
        "explain": explain,
    }


@blueprint.get("")
@may("dialogues.read", dialogue_path)
def show(dialogue_code: str) -> ResponseReturnValue:
    """Both polls with their result, what stands beside them, and what can be opened or closed now."""
    dialogue = dialogue_or_404(dialogue_code)
    path, reads = dialogue.unit.path, can("results.read", dialogue.unit.path)
    view = polls_view(current_session(), dialogue, province_today(), source=source_for(path), with_counters=reads)
    return render_template(
        "dialogue_polls/show.html",
        dialogue=dialogue,
        view=view,
        written=written_by_those_present(dialogue),
        runs=can("dialogues.run", path),
        reads=reads,
    )


def written_by_those_present(dialogue: Dialogue) -> dict[str, Page]:
    """The first comments of each poll, as far as the signed-in person may read them by now."""
    if not can("comments.read", dialogue.unit.path):
        return {}
    session, day = current_session(), province_today()
    return {
        poll.kind: comments.page(session, reach(), Filters(poll.wave), day, "", MOST_COMMENTS)
        for poll in dialogue.polls
    }


@blueprint.post("/<poll_kind>/mo")
@may("dialogues.run", dialogue_path)
def open_(dialogue_code: str, poll_kind: str) -> ResponseReturnValue:
    """Let those present rate."""
    dialogue_polls.open_poll(current_session(), dialogue_or_404(dialogue_code), poll_kind, now())
    commit()
    flash(gettext("The rating is open: those present find it by their pass."), "success")
    return redirect(url_for(".show", dialogue_code=dialogue_code), 303)


@blueprint.post("/<poll_kind>/dong")
@may("dialogues.run", dialogue_path, writes=False)
def close(dialogue_code: str, poll_kind: str) -> ResponseReturnValue:
    """Take no more ratings; a process that may not seal leaves the closing to the one in the background."""
    session = current_session()
    wave = poll_or_404(dialogue_or_404(dialogue_code), poll_kind).wave
    if wave.state != "open":
        raise WaveError("not_open", wave=wave.code, state=wave.state)
    wave_id, actor, at_once = wave.id, session.info["actor"], closing.may_seal(session)
    session.rollback()  # this request reads nothing while it writes by other sessions
    if at_once:
        closing.finish_wave(engine(), wave_id, now(), actor)
        flash(gettext("The rating is closed."), "success")
    else:
        begin_write(session)
        wave = poll_or_404(dialogue_or_404(dialogue_code), poll_kind).wave
        closing.request_closing(session, wave, now())
        commit()
        flash(gettext("The rating is being closed; the result follows in a minute."), "success")
    return redirect(url_for(".show", dialogue_code=dialogue_code), 303)


def poll_or_404(dialogue: Dialogue, kind: str) -> DialoguePoll:
    return dialogue_polls.poll_of(current_session(), dialogue, kind) or abort(404)
