"""What a serving process has loaded is spared by full collections."""

from __future__ import annotations

import gc

from survey.garbage import spare_loaded


def test_what_is_alive_is_not_walked_again() -> None:
    walked = len(gc.get_objects())
    spare_loaded()
    try:
        assert len(gc.get_objects()) < walked / 10
        assert gc.get_freeze_count() > walked / 2
    finally:
        gc.unfreeze()
