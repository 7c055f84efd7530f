"""What a server runs: `wsgi:public` for citizens, `wsgi:staff` for offices, `wsgi:app` for both in one process."""

from __future__ import annotations

from functools import cache

from flask import Flask

from survey import create_app
from survey.config import SURFACES
from survey.garbage import spare_loaded


@cache
def _application(name: str) -> Flask:
    application = create_app(surfaces=SURFACES if name == "app" else (name,))
    spare_loaded()
    return application


def __getattr__(name: str) -> Flask:
    """Build an application when a server asks for it, so that a public process never builds another surface."""
    if name in (*SURFACES, "app"):
        return _application(name)
    raise AttributeError(name)
