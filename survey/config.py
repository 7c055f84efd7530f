"""Settings: what the environment says, with defaults for the embedded installation."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from survey import mail_settings

SURFACES = ("public", "staff")
ROOT = Path(__file__).resolve().parent.parent  # so that `sipas` means the same installation wherever it is called
PUBLIC_BODY_LIMIT = 64 * 1024
KEY_CHARACTERS = 32
LICENCE, LICENCE_NAME = "https://creativecommons.org/licenses/by/4.0/", "CC BY 4.0"
FEWEST_PASSWORD_CHARACTERS = 8  # NIST SP 800-63B-4, beside a second factor


class SettingsError(Exception):
    """A setting nobody should run with; the message is a sentence for the operator."""


def secret_key(instance: Path) -> str:
    """The key kept in the instance folder; made once, readable by its owner only. Raises :class:`SettingsError`.

    It gets its name only when it is whole and on the disk, so neither a crash nor a second process sees half of it.
    """
    path = instance / "secret.key"
    if not path.exists():
        instance.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix="secret-", dir=instance)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(32))
                file.flush()
                os.fsync(descriptor)
            with suppress(FileExistsError):  # another process was first: its key is the installation's
                os.link(temporary, path)
        finally:
            Path(temporary).unlink()
    return _long_enough(path.read_text().strip(), f"{path}", "Remove the file: the next start makes a new one.")


def _long_enough(key: str, where: str, remedy: str) -> str:
    if len(key) < KEY_CHARACTERS:
        raise SettingsError(
            f"The secret key in {where} has {len(key)} characters; at least {KEY_CHARACTERS} are needed. {remedy}"
        )
    return key


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise SettingsError(f"{name} must be a number above 0, not {text!r}.")
    return int(text)


def _password_length(given: str) -> int:
    if not given.isdecimal() or int(given) < FEWEST_PASSWORD_CHARACTERS:
        raise SettingsError(f"PASSWORD_LENGTH is {given}: a number from {FEWEST_PASSWORD_CHARACTERS} up is needed.")
    return int(given)


def _mail(given: Mapping[str, str], base_url: str, key_file: Path) -> mail_settings.MailServer | None:
    try:
        return mail_settings.from_environment(given, base_url, key_file)
    except mail_settings.MailSettingsError as error:
        raise SettingsError(str(error)) from error


def instance_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of this installation on this host: INSTANCE_PATH, or `instance` beside the program."""
    return Path(environment.get("INSTANCE_PATH", "").strip() or ROOT / "instance").absolute()


def contact_key_file(settings: Mapping[str, Any]) -> Path:
    """Where the private keys of citizens' contacts lie; the public surface never reads it."""
    return Path(settings.get("CONTACT_KEY_FILE") or Path(settings["INSTANCE_PATH"]) / "contact.key").absolute()


def trust_folder(settings: Mapping[str, Any]) -> Path:
    """Where the certificates of authorities lie whose signatures on documents are believed."""
    return Path(settings.get("TRUST_FOLDER") or Path(settings["INSTANCE_PATH"]) / "trust").absolute()


def from_environment(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Settings of a running installation; an empty variable is as good as none. Raises :class:`SettingsError`.

    DATABASE_URL (default: SQLite in the instance folder), SECRET_KEY (default: kept in the instance folder),
    BASE_URL (what QR codes and links begin with), INSTANCE_PATH (default: `instance` beside the program), WEBHOOK_HOSTS
    (hosts a webhook may send to though they are not public, by plain HTTP too), API_REQUESTS_PER_MINUTE (of a key),
    PASSWORD_LENGTH (the fewest characters of a password, default: 12), SIPAS_SAMPLE_ACCOUNTS=1 (the accounts of the
    sample province may sign in where BASE_URL begins with https, too), CONTACT_KEY_FILE (private keys of citizens'
    contacts, default: in the instance folder), TRUST_FOLDER (certificates of the authorities whose signatures on
    documents are believed, default: `trust` in the instance folder), CONTACT_DAYS (they are kept after a case ended,
    default: 60), MAIL_DAYS (messages are kept after they were sent, default: 180), OPINIONS_A_DAY (that a unit takes,
    default: 500), DIALOGUE_QUESTIONS (that a question box takes, default: 2000), OPEN_DATA_LICENCE and
    OPEN_DATA_LICENCE_NAME (the terms of open data: address and name, default: Creative Commons Attribution 4.0), SMTP_…
    and MAIL_FROM (:mod:`survey.mail_settings`).
    """
    given = {name: value.strip() for name, value in environment.items() if value.strip()}
    instance = instance_folder(environment)
    if "SECRET_KEY" in given:
        key = _long_enough(given["SECRET_KEY"], "SECRET_KEY", "Unset it to let the installation keep one of its own.")
    else:
        key = secret_key(instance)
    base_url = given.get("BASE_URL", f"http://127.0.0.1:{given.get('PORT', '8000')}").rstrip("/")
    contact_keys = contact_key_file({"INSTANCE_PATH": instance, **given})
    return {
        "INSTANCE_PATH": str(instance),
        "DATABASE_URL": given.get("DATABASE_URL", f"sqlite:///{instance / 'sipas.sqlite'}"),
        "SECRET_KEY": key,
        "BASE_URL": base_url,
        "CONTACT_KEY_FILE": given.get("CONTACT_KEY_FILE", ""),
        "CONTACT_DAYS": _number(given.get("CONTACT_DAYS", "60"), "CONTACT_DAYS"),
        "MAIL_DAYS": _number(given.get("MAIL_DAYS", "180"), "MAIL_DAYS"),
        "OPINIONS_A_DAY": _number(given.get("OPINIONS_A_DAY", "500"), "OPINIONS_A_DAY"),
        "DIALOGUE_QUESTIONS": _number(given.get("DIALOGUE_QUESTIONS", "2000"), "DIALOGUE_QUESTIONS"),
        "OPEN_DATA_LICENCE": given.get("OPEN_DATA_LICENCE", LICENCE),
        "OPEN_DATA_LICENCE_NAME": given.get("OPEN_DATA_LICENCE_NAME", LICENCE_NAME),
        "TRUST_FOLDER": given.get("TRUST_FOLDER", ""),
        "MAIL": _mail(given, base_url, contact_keys),
        "WEBHOOK_HOSTS": tuple(given.get("WEBHOOK_HOSTS", "").lower().replace(",", " ").split()),
        "PASSWORD_LENGTH": _password_length(given.get("PASSWORD_LENGTH", "12")),
        "SAMPLE_ACCOUNTS": given.get("SIPAS_SAMPLE_ACCOUNTS") == "1",
        "API_REQUESTS_PER_MINUTE": _number(given.get("API_REQUESTS_PER_MINUTE", "600"), "API_REQUESTS_PER_MINUTE"),
        "MAX_CONTENT_LENGTH": PUBLIC_BODY_LIMIT,
        "MAX_FORM_PARTS": 200,
        "COMPRESS_REGISTER": False,
        "BABEL_DEFAULT_LOCALE": "vi",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Ho_Chi_Minh",
    }
