"""What the citizen form is served from: spliced pages are the same bytes, pages are made once, facts kept briefly."""

from __future__ import annotations

import gzip
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.page_cache import PageShelf, ShortMemory, SplicedPage, accepted_encoding, compress

HEAD = "<!doctype html><p>Ông/bà hài lòng ở mức nào? ".encode() * 40
UNPACK = {"gzip": gzip.decompress, "br": brotli.decompress, None: bytes}


@settings(max_examples=60, deadline=None)
@given(head=st.binary(max_size=300), tail=st.binary(min_size=1, max_size=300))
def test_a_spliced_page_is_read_back_whole(head: bytes, tail: bytes) -> None:
    page = SplicedPage(head)
    for encoding, unpack in UNPACK.items():
        assert unpack(page.finish(tail, encoding)) == head + tail


@pytest.mark.parametrize("size", [1, 255, 256, 65_534, 65_535])
def test_tails_up_to_64_kb_fit(size: int) -> None:
    page = SplicedPage(HEAD)
    for encoding, unpack in UNPACK.items():
        assert unpack(page.finish(b"x" * size, encoding)) == HEAD + b"x" * size


def test_a_page_is_finished_again_and_again_with_other_ends() -> None:
    page = SplicedPage(HEAD)
    for encoding, unpack in UNPACK.items():
        assert [unpack(page.finish(end, encoding))[len(HEAD) :] for end in (b"a", b"bb", b"a")] == [b"a", b"bb", b"a"]


def test_the_kept_part_is_compressed_hard() -> None:
    page = SplicedPage(HEAD)
    assert len(page.finish(b"end", "gzip")) < len(HEAD) / 10
    assert len(page.finish(b"end", "br")) < len(HEAD) / 10


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br; q=0.000, gzip;q=0.0", None),
        ("identity", None),
        ("", None),
    ],
)
def test_the_best_encoding_that_the_browser_accepts(header: str, encoding: str | None) -> None:
    assert accepted_encoding(header) == encoding


@pytest.mark.parametrize("encoding", ["br", "gzip", None])
def test_a_page_shown_once_is_compressed_whole(encoding: str | None) -> None:
    assert UNPACK[encoding](compress(HEAD, encoding)) == HEAD


class Source:
    """A source that counts how often it is asked."""

    def __init__(self, *values: object) -> None:
        self.values = list(values)
        self.asked = 0

    def __call__(self) -> str | None:
        self.asked += 1
        value = self.values.pop(0)
        if isinstance(value, Exception):
            raise value
        assert value is None or isinstance(value, str)
        return value


def test_a_value_is_kept_for_its_time_and_then_asked_for_again() -> None:
    memory: ShortMemory[str, str] = ShortMemory(0.05, 10)
    source = Source("first", "second")
    assert [memory.get("a", source) for _ in range(3)] == ["first"] * 3
    time.sleep(0.06)
    assert memory.get("a", source) == "second"
    assert source.asked == 2


def test_what_is_not_there_is_not_remembered() -> None:
    memory: ShortMemory[str, str] = ShortMemory(60, 10)
    source = Source(None, "now")
    assert memory.get("a", source) is None
    assert memory.get("a", source) == "now"


def test_what_is_gone_is_forgotten() -> None:
    memory: ShortMemory[str, str] = ShortMemory(0, 10)
    source = Source("there", None, None)
    assert memory.get("a", source) == "there"
    assert memory.get("a", source) is None


def test_forgetting_asks_anew() -> None:
    memory: ShortMemory[str, str] = ShortMemory(60, 10)
    source = Source("before", "after")
    memory.get("a", source)
    memory.forget("a")
    assert memory.get("a", source) == "after"


def test_a_failing_source_leaves_what_stood_before() -> None:
    memory: ShortMemory[str, str] = ShortMemory(0, 10, forgive=(OSError,))
    source = Source("before", OSError(), ValueError())
    assert memory.get("a", source) == "before"
    assert memory.get("a", source) == "before"
    with pytest.raises(ValueError):  # noqa: PT011 - any that is not to be forgiven
        memory.get("a", source)
    with pytest.raises(OSError):  # noqa: PT011 - nothing stood before
        memory.get("b", Source(OSError()))


def test_only_one_thread_asks_again_while_the_others_are_served() -> None:
    memory: ShortMemory[str, str] = ShortMemory(0, 10)
    memory.get("a", Source("old"))
    asking, may_answer = threading.Event(), threading.Event()

    def slow() -> str:
        asking.set()
        assert may_answer.wait(5)
        return "new"

    def refuse() -> str:
        raise AssertionError("a second thread asked")

    with ThreadPoolExecutor(1) as pool:
        refresh = pool.submit(memory.get, "a", slow)
        assert asking.wait(5)
        assert memory.get("a", refuse) == "old"
        may_answer.set()
        assert refresh.result(5) == "new"


def test_the_oldest_value_makes_room() -> None:
    memory: ShortMemory[int, str] = ShortMemory(60, 2)
    for key in (1, 2, 3):
        memory.get(key, lambda: "value")
    source = Source("again")
    memory.get(3, source)
    assert source.asked == 0
    memory.get(1, source)
    assert source.asked == 1


def test_a_page_is_rendered_once_however_many_ask() -> None:
    shelf: PageShelf[str] = PageShelf(4)
    rendered = []

    def render() -> bytes:
        rendered.append(1)
        time.sleep(0.02)
        return HEAD

    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda _: shelf.get("a", render), range(8)))
    assert len(rendered) == 1
    assert len(set(map(id, pages))) == 1


def test_a_page_that_stands_does_not_wait_for_another_to_be_rendered() -> None:
    shelf: PageShelf[str] = PageShelf(4)
    page = shelf.get("ready", lambda: HEAD)
    rendering, may_end = threading.Event(), threading.Event()

    def slow() -> bytes:
        rendering.set()
        assert may_end.wait(5)
        return HEAD

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(shelf.get, "slow", slow)
        assert rendering.wait(5)
        assert shelf.get("ready", slow) is page
        may_end.set()
        other.result(5)


def test_the_page_not_looked_at_for_longest_makes_room() -> None:
    shelf: PageShelf[str] = PageShelf(2)
    kept = shelf.get("a", lambda: HEAD)
    shelf.get("b", lambda: HEAD)
    shelf.get("a", lambda: HEAD)
    shelf.get("c", lambda: HEAD)
    assert shelf.get("a", lambda: b"new") is kept
    assert shelf.get("b", lambda: b"new").finish(b".", None) == b"new."
