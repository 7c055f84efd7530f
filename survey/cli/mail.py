"""`sipas mail …`: sending the outbox by hand."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from survey.cli.transaction import now
from survey.database import engine
from survey.operations.mail_delivery import send_due

group = AppGroup("mail", help="Notices to citizens and offices.")


@group.command("send")
@with_appcontext
def send() -> None:
    """Send what waits in the outbox; `sipas serve` does so by itself.

    The mail server is set by SMTP_HOST, SMTP_PORT, SMTP_SECURITY (starttls, ssl, none), SMTP_USER, SMTP_PASSWORD and
    MAIL_FROM. Without SMTP_HOST nothing is sent: the back office shows what would be.

    Example: SMTP_HOST=mail.example.vn MAIL_FROM='Sở Nội vụ <sipas@example.vn>' sipas mail send
    """
    server = current_app.config["MAIL"]
    if server is None:
        raise click.ClickException("No mail server is set. Set SMTP_HOST and MAIL_FROM; see sipas mail send --help.")
    sent = 0
    while taken := send_due(engine(), server, now()):
        sent += taken
    click.echo(f"sent {sent} messages")
