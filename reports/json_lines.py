"""Rows as JSON Lines: an object a row, and a last line that says how many there are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from reports.dataset import Row, batches

END = "rows"


def json_line_chunks(names: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """The file in chunks. Dates are ISO 8601, a missing value is null. The last line is `{"rows": N}`: a file without
    it, or with another number of lines before it, is not whole."""
    number = 0
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode
    for batch in batches(rows):
        number += len(batch)
        yield "".join(f"{encode(dict(zip(names, row, strict=True)))}\n" for row in batch).encode()
    yield f"{encode({END: number})}\n".encode()
