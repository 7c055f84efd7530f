"""Which mail server this installation sends by, as the environment says; nonsense is refused before anything starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path

from forms.addresses import is_address

PORTS = {"starttls": 587, "ssl": 465, "none": 25}
LOCAL = ("localhost", "127.0.0.1", "::1")
NAMES = ("SMTP_HOST", "SMTP_PORT", "SMTP_USER", "SMTP_PASSWORD", "SMTP_SECURITY", "MAIL_FROM")


@dataclass(frozen=True, slots=True)
class MailServer:
    """How this installation sends: `security` is a key of :data:`PORTS`, `sender` name and address, `base_url` what
    links begin with, `key_file` the file of the private keys of citizens' contacts."""

    host: str
    port: int
    security: str
    user: str
    password: str = field(repr=False)
    sender: tuple[str, str]
    base_url: str
    key_file: Path


class MailSettingsError(ValueError):
    """Settings by which no mail could be sent, or a password would travel in the open."""


def from_environment(given: Mapping[str, str], base_url: str, key_file: Path) -> MailServer | None:
    """The server; None where SMTP_HOST is not set: nothing is sent then. Raises :class:`MailSettingsError`.

    SMTP_HOST, SMTP_PORT (default: by the security), SMTP_SECURITY (`starttls`, `ssl`, or `none` for a server on this
    machine; default: starttls), SMTP_USER and SMTP_PASSWORD (both or none), MAIL_FROM (an address, or
    "Name <address>").
    """
    host = given.get("SMTP_HOST", "")
    if not host:
        if left := [name for name in NAMES if name in given]:
            raise MailSettingsError(f"{left[0]} is set, but SMTP_HOST is not. Set SMTP_HOST, or unset the others.")
        return None
    security = given.get("SMTP_SECURITY", "starttls").lower()
    if security not in PORTS:
        raise MailSettingsError(f"SMTP_SECURITY must be one of {', '.join(PORTS)}, not {security!r}.")
    port = given.get("SMTP_PORT", str(PORTS[security]))
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise MailSettingsError(f"SMTP_PORT must be a number from 1 to 65535, not {port!r}.")
    user, password = given.get("SMTP_USER", ""), given.get("SMTP_PASSWORD", "")
    if bool(user) != bool(password):
        raise MailSettingsError("SMTP_USER and SMTP_PASSWORD belong together: set both, or none.")
    if security == "none" and host not in LOCAL:
        raise MailSettingsError(f"SMTP_SECURITY=none is for a server on this machine, not for {host}.")
    return MailServer(
        host, int(port), security, user, password, _sender(given.get("MAIL_FROM", "")), base_url, key_file
    )


def _sender(text: str) -> tuple[str, str]:
    name, address = parseaddr(text)
    if not is_address(address) or not text.isprintable():
        raise MailSettingsError(f"MAIL_FROM must be an address, or a name and an <address>; it is {text!r}.")
    return name, address
