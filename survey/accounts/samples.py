"""Accounts of the sample province: one of each role, whose passwords and secrets anybody can read in the documentation.

Where the installation is reached by HTTPS it is somebody's real one: such an account signs in nowhere there, unless
SIPAS_SAMPLE_ACCOUNTS=1 says that it is for trying out.
"""

from __future__ import annotations

from flask import current_app

from survey.accounts.models import Account


def may_sign_in(account: Account) -> bool:
    """Whether the account is enabled, and no sample on a real installation."""
    return account.active and (not account.is_sample or are_welcome())


def are_welcome() -> bool:
    """Whether this installation lets sample accounts in."""
    return current_app.config["SAMPLE_ACCOUNTS"] or not current_app.config["BASE_URL"].startswith("https:")
