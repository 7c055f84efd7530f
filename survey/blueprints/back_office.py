"""The staff surface: its blueprints, the accounts behind their guard, and the shell around their pages."""

from __future__ import annotations

from flask import Flask

from survey import accounts, staff_pages
from survey.blueprints import (
    account,
    api,
    api_keys,
    audit,
    collector_files,
    collectors,
    comments,
    counters,
    cross,
    draft_parts,
    draft_starts,
    draft_steps,
    drafts,
    exports,
    heat,
    import_steps,
    imports,
    paper,
    paper_checking,
    paper_typing,
    people,
    petition_boards,
    petition_entry,
    petition_settings,
    petition_steps,
    petitions,
    places,
    progress,
    questionnaires,
    responses,
    security,
    services,
    staff,
    transactions,
    trials,
    unit_changes,
    unit_results,
    wave_periods,
    wave_quotas,
    wave_states,
    wave_steps,
    wave_targets,
    waves,
    webhooks,
)
from survey.cli import user

STAFF = (
    # one line a blueprint
    account.blueprint,
    api_keys.blueprint,
    audit.blueprint,
    collector_files.blueprint,
    collectors.blueprint,
    comments.blueprint,
    cross.blueprint,
    draft_parts.blueprint,
    draft_starts.blueprint,
    draft_steps.blueprint,
    drafts.blueprint,
    exports.blueprint,
    heat.blueprint,
    import_steps.blueprint,
    imports.blueprint,
    paper.blueprint,
    paper_checking.blueprint,
    paper_typing.blueprint,
    people.blueprint,
    petition_boards.blueprint,
    petition_entry.blueprint,
    petition_settings.blueprint,
    petition_steps.blueprint,
    petitions.blueprint,
    progress.blueprint,
    questionnaires.blueprint,
    responses.blueprint,
    security.blueprint,
    staff.blueprint,
    trials.blueprint,
    unit_results.blueprint,
    wave_periods.blueprint,
    wave_quotas.blueprint,
    wave_states.blueprint,
    wave_steps.blueprint,
    wave_targets.blueprint,
    waves.blueprint,
    webhooks.blueprint,
    places.blueprint,
    unit_changes.blueprint,
    counters.blueprint,
    services.blueprint,
    transactions.blueprint,
)


def init_app(app: Flask) -> None:
    accounts.init_app(app)
    staff_pages.init_app(app)
    for blueprint in STAFF:
        app.register_blueprint(blueprint)
    app.cli.add_command(user.group)
    api.init_app(app)
