"""Find the Chromium that the browser tests drive; as a program (`make browser`), install Debian's where none is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-dejavu-core")
ADVICE = (
    "The browser tests need Chromium, and none was found that they can start. "
    "Install Debian's package (apt-get install chromium), or say where one is: CHROMIUM=/path/to/chromium make test. "
    "Ubuntu's package is a snap, which cannot be driven from here: install Google Chrome there, or any other Chromium."
)


def find_chromium() -> Path | None:
    """The browser named by CHROMIUM, or the first known one that starts and is no snap; None where there is none."""
    named = os.environ.get("CHROMIUM")
    for name in [named] if named else NAMES:
        found = shutil.which(name)
        if found and not is_snap(Path(found)) and starts(Path(found)):
            return Path(found)
    return None


def is_snap(program: Path) -> bool:
    """Whether the program is a snap, or the script that Ubuntu puts where the snap would be."""
    target = program.resolve()
    if target.parts[1] == "snap" or target.name == "snap":
        return True
    with target.open("rb") as file:
        return b"/snap/" in file.read(4096)


def starts(program: Path) -> bool:
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and any(word in answer.stdout for word in ("Chromium", "Chrome"))


def install() -> None:
    """Install Debian's package, as root or by sudo without a question; what goes wrong is told by apt itself."""
    if shutil.which("apt-get") is None:
        return
    before = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if before and shutil.which("sudo") is None:
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", *PACKAGES]):
        subprocess.run([*before, "apt-get", "-qq", *arguments], stdout=sys.stderr, env=environment, check=False)


def main() -> int:
    if find_chromium() is None and not os.environ.get("CHROMIUM"):
        print("Installing Chromium for the browser tests", file=sys.stderr)  # noqa: T201 - the program's own progress
        install()
    if find_chromium() is None:
        print(ADVICE, file=sys.stderr)  # noqa: T201 - the program's own answer
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
