"""The same ballots from eight senders to a real server of three workers: one row each, one receipt each."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bench.client import exchange
from bench.harness import request, serve
from survey.models import Answer, Response, ResponseConflict
from survey.operations.submission import issue_token
from tests.ballots import make_collectors

KEY = "a key of the tests, as long as a key must be"
IDS, SENDERS, WORKERS = 200, 8, 3
FIELDS = ("q_access_1", "q_access_2", "q_procedures_1", "q_overall")
HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


def location(answer: bytes) -> str:
    """Where a stored ballot is confirmed; the receipt number is part of it."""
    head = answer.split(b"\r\n\r\n")[0].decode().split("\r\n")
    assert head[0].split()[1] == "303", answer[:300]
    return next(line for line in head if line.lower().startswith("location: "))


@pytest.mark.slow
def test_eight_posts_of_200_ballots_through_three_workers_store_200(
    session: Session, database_url: str, tmp_path: Path
) -> None:
    collector = make_collectors(session)[0]
    session.rollback()
    tokens = [issue_token(KEY.encode(), collector.code, 1_773_628_200_000) for _ in range(IDS)]
    posts = [
        request(
            "POST", f"/s/{collector.code}", HEADERS, urlencode({**dict.fromkeys(FIELDS, 4), "token": token}).encode()
        )
        for token in tokens
    ]
    settings = {"DATABASE_URL": database_url, "SECRET_KEY": KEY, "INSTANCE_PATH": str(tmp_path / "instance")}
    with serve("wsgi:public", settings, WORKERS) as server:

        def send(sender: int) -> list[tuple[int, str]]:
            shift = sender // 2 * 50  # two and two send the same ballot at the same moment
            order = [*range(shift, IDS), *range(shift)]
            return [(number, location(exchange(server.port, posts[number]))) for number in order]

        with ThreadPoolExecutor(SENDERS) as pool:
            answers = [answer for sent in pool.map(send, range(SENDERS)) for answer in sent]
    receipts: dict[int, set[str]] = defaultdict(set)
    for number, receipt in answers:
        receipts[number].add(receipt)
    assert len(answers) == IDS * SENDERS
    assert all(len(each) == 1 for each in receipts.values())
    assert len(set.union(*receipts.values())) == IDS
    counted = {model: session.scalar(select(func.count()).select_from(model)) for model in (Response, Answer)}
    assert counted == {Response: IDS, Answer: IDS * len(FIELDS)}
    assert session.scalar(select(func.count()).select_from(ResponseConflict)) == 0
