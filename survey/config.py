"""Settings: what the environment says, with defaults for the embedded installation."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PUBLIC_BODY_LIMIT = 64 * 1024


def secret_key(instance: Path) -> str:
    """The key kept in the instance folder; made once, readable by its owner only."""
    path = instance / "secret.key"
    instance.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        key = secrets.token_hex(32)
        file.write(key)
    return key


def from_environment(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Settings of a running installation.

    DATABASE_URL (default: SQLite in the instance folder), SECRET_KEY (default: kept in the instance folder),
    BASE_URL (what QR codes and links begin with), INSTANCE_PATH.
    """
    instance = Path(environment.get("INSTANCE_PATH", "instance")).absolute()
    port = environment.get("PORT", "8000")
    return {
        "INSTANCE_PATH": str(instance),
        "DATABASE_URL": environment.get("DATABASE_URL") or f"sqlite:///{instance / 'sipas.sqlite'}",
        "SECRET_KEY": environment.get("SECRET_KEY") or secret_key(instance),
        "BASE_URL": environment.get("BASE_URL", f"http://127.0.0.1:{port}").rstrip("/"),
        "MAX_CONTENT_LENGTH": PUBLIC_BODY_LIMIT,
        "MAX_FORM_PARTS": 200,
        "COMPRESS_REGISTER": False,
        "BABEL_DEFAULT_LOCALE": "vi",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Ho_Chi_Minh",
    }
