"""Which mail server is set: half a setting, or one that gives a password away, is refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey.config import SettingsError
from survey.config import from_environment as whole
from survey.mail_settings import MailSettingsError, from_environment

GIVEN = {"SMTP_HOST": "mail.example.vn", "MAIL_FROM": "Sở Nội vụ <sipas@example.vn>"}
KEYS = Path("/srv/contact.key")


def test_nothing_set_is_no_server() -> None:
    assert from_environment({}, "https://sipas.example.vn", KEYS) is None


@pytest.mark.parametrize(("security", "port"), [("", 587), ("starttls", 587), ("SSL", 465)])
def test_the_port_follows_the_security(security: str, port: int) -> None:
    server = from_environment(GIVEN | ({"SMTP_SECURITY": security} if security else {}), "https://x.vn", KEYS)
    assert server is not None
    assert (server.host, server.port) == ("mail.example.vn", port)
    assert server.sender == ("Sở Nội vụ", "sipas@example.vn")


def test_the_password_stands_in_no_traceback() -> None:
    server = from_environment(GIVEN | {"SMTP_USER": "sipas", "SMTP_PASSWORD": "rất kín"}, "https://x.vn", KEYS)
    assert "rất kín" not in repr(server)


@pytest.mark.parametrize(
    "wrong",
    [
        {"SMTP_HOST": ""},
        {"MAIL_FROM": ""},
        {"MAIL_FROM": "Sở Nội vụ"},
        {"MAIL_FROM": "sipas@example.vn\nBcc: all@example.vn"},
        {"SMTP_SECURITY": "tls1"},
        {"SMTP_SECURITY": "none"},
        {"SMTP_PORT": "smtp"},
        {"SMTP_PORT": "0"},
        {"SMTP_PORT": "65536"},
        {"SMTP_USER": "sipas"},
        {"SMTP_PASSWORD": "x"},
    ],
)
def test_nonsense_is_refused(wrong: dict[str, str]) -> None:
    given = {name: value for name, value in (GIVEN | wrong).items() if value}
    with pytest.raises(MailSettingsError):
        from_environment(given, "https://x.vn", KEYS)


def test_nonsense_keeps_the_service_from_starting(tmp_path: Path) -> None:
    environment = {"INSTANCE_PATH": str(tmp_path), "SECRET_KEY": "k" * 32, "SMTP_PORT": "25"}
    with pytest.raises(SettingsError, match="SMTP_HOST"):
        whole(environment)
