"""A setting nobody should run with ends every command in one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_half_a_secret_key_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "secret.key").touch()
    result = subprocess.run(
        [sys.executable, "-m", "survey.cli", "units", "list"],
        env={**os.environ, "INSTANCE_PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert result.stderr.startswith("Error: The secret key in ")
    assert "Traceback" not in result.stderr
