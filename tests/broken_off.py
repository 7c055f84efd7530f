"""An application whose one download arrives whole and whose other fails on the way, as a server process runs it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from flask import Flask, Response

from reports.dataset import Dataset, Row, Variable
from reports.figures import Text
from reports.row_files import Style, row_chunks
from survey.blueprints.exports import streamed

ANNOUNCED = 10_000
application = Flask(__name__)


@application.get("/<int:rows>")
def download(rows: int) -> Response:
    """A file that says it has `ANNOUNCED` rows and gets `rows` of them."""
    dataset = Dataset("", datetime.now(UTC), (Variable("row", Text("Row")),), ANNOUNCED, _counting(rows))
    return streamed(row_chunks(dataset, "csv", Style()), "csv", "rows", ANNOUNCED)


def _counting(rows: int) -> Iterator[Row]:
    yield from ((number,) for number in range(rows))
