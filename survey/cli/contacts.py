"""`sipas contacts …`: the keys to which citizens' contacts are sealed."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from survey.cli.transaction import now, writing
from survey.config import contact_key_file
from survey.operations import contacts

group = AppGroup("contacts", help="Names, telephone numbers and addresses that citizens leave with an opinion.")


@group.command("key")
def key() -> None:
    """Make a key to seal contacts to; from then on it is used, those before it only open what they sealed.

    Its private half is added to the file CONTACT_KEY_FILE [contact.key in the instance folder]. Keep a copy of the file
    apart from backups of the database, and let only the back office read it: without it no contact can be opened.

    Example: sipas contacts key
    """
    file = contact_key_file(current_app.config)
    with writing() as session:
        try:
            made = contacts.make_key(session, file, now())
        except OSError as error:
            raise click.ClickException(f"{file} cannot be written: {error.strerror}.") from error
    click.echo(f"made key {made.id}; its private half is in {file}")
