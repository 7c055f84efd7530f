"""docs/api.md is true: each of its requests is sent, and the answer holds what the guide shows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from tests.api import make_api_key
from tests.factories import make_collector, make_unit, make_wave

GUIDE = Path(__file__).parents[2] / "docs" / "api.md"
PAIR = re.compile(r"```http\n(.*?)```\n\n```json\n(.*?)```", re.DOTALL)


def holds(found: Any, shown: Any, where: str = "") -> None:
    """Everything shown stands in what was found; what was found may say more."""
    if isinstance(shown, dict):
        assert isinstance(found, dict), where
        for name, value in shown.items():
            assert name in found, f"{where}.{name}"
            holds(found[name], value, f"{where}.{name}")
    elif isinstance(shown, list):
        assert len(found) == len(shown), where
        for at, (one, other) in enumerate(zip(found, shown, strict=True)):
            holds(one, other, f"{where}[{at}]")
    else:
        assert found == shown, where


def test_the_guides_examples_are_true(staff_app: Flask, staff_session: Session) -> None:
    province = make_unit(staff_session, code="ST", kind="province")
    commune = make_unit(staff_session, code="X01", parent=province, name_vi="UBND xã Bến Trà")
    other = make_unit(staff_session, code="X02", parent=province)
    wave = make_wave(staff_session, code="2026-H1", units=[commune, other], state="open")
    kiosk = make_collector(staff_session, wave, commune, channel="kiosk", trust="present")
    _, key = make_api_key(staff_session, province, "entry", "manager", "viewer", "compiler")
    examples = PAIR.findall(GUIDE.read_text(encoding="utf-8"))
    assert len(examples) == 5
    for sent, shown in examples:
        head, _, body = sent.partition("\n\n")
        first, *lines = head.strip().splitlines()
        method, address = first.split()
        headers = dict(line.split(": ", 1) for line in lines) | {"Authorization": f"Bearer {key}"}
        body = body.replace("7KQ2M9F", kiosk.code)
        answer = staff_app.test_client().open(address, method=method, headers=headers, data=body or None)
        holds(answer.json, json.loads(shown), first)
