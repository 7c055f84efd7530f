"""Values that the database refuses: whether the request named something impossible, or the platform is at fault."""

from __future__ import annotations

import psycopg
import pytest
from flask import Flask
from psycopg.errors import NumericValueOutOfRange, StringDataRightTruncation
from sqlalchemy.exc import DataError

from survey.error_pages import impossible_value

NUL = psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")


@pytest.mark.parametrize("address", ["/", "/staff/van-ban/", "/api/v1/waves"])
def test_a_value_too_long_for_its_column_is_our_fault_and_told_to_the_operator(
    staff_app: Flask, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    def status(method: str, original: Exception) -> int:
        caplog.clear()
        with staff_app.test_request_context(address, method=method):
            return impossible_value(DataError("INSERT", {}, original)).status_code

    too_long = StringDataRightTruncation("value too long for type character varying(200)")
    for method in ("POST", "PUT", "DELETE"):
        assert status(method, too_long) == 500
        assert [(record.levelname, record.exc_info is not None) for record in caplog.records] == [("ERROR", True)]
        for named in (NUL, NumericValueOutOfRange("integer out of range")):
            assert status(method, named) == 400
            assert [record.levelname for record in caplog.records] == ["WARNING"]
    for original in (NUL, too_long):
        assert status("GET", original) == 404
