"""Documents are made in processes of their own, and a process that is killed costs what it had in hand."""

from __future__ import annotations

import os
import signal
from collections.abc import Generator, Sequence

from sqlalchemy import make_url, select
from sqlalchemy.orm import Session

from survey import database
from survey.cli.document_workers import makers
from survey.models import Document, Wave
from survey.operations import document_runs
from survey.operations.document_runs import Outcome, Task
from tests.document_objects import BASE_URL, ask, look_again
from tests.published_waves import publish_province
from tests.serving import children


def test_a_killed_process_leaves_the_set_to_be_resumed(sqlite_url: str) -> None:
    engine = database.make_engine(sqlite_url)
    making = makers(make_url(sqlite_url).render_as_string(hide_password=False))

    def killing(tasks: Sequence[Task]) -> Generator[Outcome]:
        for number, outcome in enumerate(making(tasks)):
            yield outcome
            if number == 0:
                for pid, command in children(os.getpid()).items():
                    if "spawn_main" in command:
                        os.kill(pid, signal.SIGKILL)

    with Session(engine, expire_on_commit=False) as session:
        publish_province(session, engine)
        run = ask(session, session.scalars(select(Wave).where(Wave.code == "now")).one(), "T", "Z1", "B2", "C3")
        assert document_runs.run_next(engine, BASE_URL, killing)
        look_again(session)
        assert run.state == "failed"
        assert 0 < run.done < run.total
        left = session.scalars(select(Document).where(Document.state == "draft")).all()
        assert len(left) == run.total - run.done
        assert {document.failure for document in left} == {"The process that made it was killed."}
        document_runs.resume_run(session, run)
        session.commit()
        assert document_runs.run_next(engine, BASE_URL, making)
        look_again(session)
        assert (run.state, run.done) == ("made", run.total)
    assert not [pid for pid, command in children(os.getpid()).items() if "spawn_main" in command]
    engine.dispose()
