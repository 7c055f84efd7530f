"""`sipas user …`: the first administrator, and what an operator does about accounts without a browser."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.accounts import invitations, people, second_factor
from survey.accounts.models import Account
from survey.accounts.policy import ROLES
from survey.cli.output import show, table
from survey.cli.transaction import now, reading, writing
from survey.models import Unit
from survey.operations.units import find_unit

group = AppGroup("user", help="Accounts of the back office.")


@group.command("create")
@click.argument("name")
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), default="administrator", show_default=True)
@click.option("--unit", metavar="CODE", help="The unit the role is for [the only one without a parent].")
def create(name: str, email: str, role: str, unit: str | None) -> None:
    """Make an account and print the link by which its owner sets a password, within seven days.

    Example: sipas user create "Lê Quang Minh" minh@example.vn --role administrator --unit ST
    """
    with writing() as session:
        at = now()
        place = find_unit(session, unit) if unit else _only_root(session)
        account = people.create_account(session, name=name, email=email, role=role, unit=place, at=at)
        token = invitations.invite(session, account, at)
    _show_link(account, token)


@group.command("link")
@click.argument("email")
@click.option("--reset-second-factor", is_flag=True, help="Take the second factor away too: the phone is lost.")
def link(email: str, reset_second_factor: bool) -> None:
    """Print a new link for an account: an invitation that expired, or a password forgotten.

    Example: sipas user link minh@example.vn
    """
    with writing() as session:
        account = people.find_account(session, email)
        token = invitations.invite(session, account, now(), resets_second_factor=reset_second_factor)
    _show_link(account, token)


@group.command("list")
def list_users() -> None:
    """The accounts with their roles. Example: sipas user list"""
    listing = table("e-mail", "name", "roles", "state", "second factor")
    with reading() as session:
        for account in session.scalars(select(Account).order_by(Account.email)):
            roles = "\n".join(f"{held.role} {held.unit.code}" for held in account.role_grants)
            state = "disabled" if not account.active else "invited" if account.is_invited else "active"
            listing.add_row(account.email, account.name, roles, state, "on" if account.has_second_factor else "off")
    show(listing)


@group.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Let an account sign in no more, and end its sessions. Example: sipas user disable minh@example.vn"""
    with writing() as session:
        account = people.find_account(session, email)
        people.disable(session, account, by=None)
    click.echo(f"{account.email} is disabled")


@group.command("enable")
@click.argument("email")
def enable(email: str) -> None:
    """Let a disabled account sign in again. Example: sipas user enable minh@example.vn"""
    with writing() as session:
        account = people.find_account(session, email)
        people.enable(session, account, by=None)
    click.echo(f"{account.email} is enabled")


@group.command("code")
@click.argument("email")
def code(email: str) -> None:
    """Print the code that the authenticator app of a sample account shows now.

    Example: sipas user code quan-tri@songtra.example
    """
    with reading() as session:
        account = people.find_account(session, email)
        if not account.is_sample:
            raise click.ClickException(f"{account.email} is no sample account: its codes are its owner's alone.")
        click.echo(second_factor.current_code(account))


def _only_root(session: Session) -> Unit:
    roots = session.scalars(select(Unit).where(Unit.parent_id.is_(None), Unit.valid_until.is_(None)).limit(2)).all()
    if not roots:
        raise click.ClickException("There is no unit yet. Bring the tree in first: sipas units import units.csv")
    if len(roots) > 1:
        raise click.ClickException("There is more than one unit without a parent: name one by --unit CODE.")
    return roots[0]


def _show_link(account: Account, token: str) -> None:
    until = now() + invitations.VALID_FOR
    click.echo(f"Hand this link to {account.name} <{account.email}>.")
    click.echo(f"It sets a password once, until {until:%Y-%m-%d %H:%M} UTC:")
    click.echo(f"{current_app.config['BASE_URL']}/staff/loi-moi/{token}")
