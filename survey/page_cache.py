"""What the citizen form is served from: facts kept for a moment, and pages compressed once up to their last bytes.

Each view of the form carries a token of its own, and nothing else differs. The token stands last, so everything
before it is compressed once and ends on a byte boundary; the rest follows as a stored (uncompressed) block, which both
formats allow. Finishing a page then costs some microseconds, where copying a compressor's state copies 256 kB.
"""

from __future__ import annotations

import re
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import brotli

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

ENCODINGS = ("br", "gzip")
GZIP = 16 + zlib.MAX_WBITS

_NEITHER = re.compile(r";\s*q\s*=\s*0(\.0*)?\s*$")
# Brotli (RFC 7932, 9.2): not last, length in four nibbles, stored; then an empty last meta-block.
_BROTLI_STORED = 1 << 19
_BROTLI_END = b"\x03"


def accepted_encoding(header: str) -> str | None:
    """The best of :data:`ENCODINGS` that an Accept-Encoding header allows; None where the body must go as it is."""
    offered = {part.partition(";")[0].strip().lower() for part in header.split(",") if not _NEITHER.search(part)}
    return next((encoding for encoding in ENCODINGS if encoding in offered), None)


def compress(body: bytes, encoding: str | None) -> bytes:
    """A whole page that is shown once."""
    if encoding == "br":
        packed: bytes = brotli.compress(body, mode=brotli.MODE_TEXT, quality=5)
        return packed
    return zlib.compress(body, 6, GZIP) if encoding == "gzip" else body


class SplicedPage:
    """A page up to its last bytes, in each encoding; :meth:`finish` gives it an end of up to 64 kB."""

    def __init__(self, head: bytes) -> None:
        packer = zlib.compressobj(9, wbits=GZIP, memLevel=9)
        self._gzip = packer.compress(head) + packer.flush(zlib.Z_SYNC_FLUSH)
        self._checksum = zlib.crc32(head)
        self._length = len(head)
        self._brotli = b""

    def finish(self, tail: bytes, encoding: str | None) -> bytes:
        """The whole body in one of :data:`ENCODINGS`, or as it is."""
        if encoding == "br":
            header = (len(tail) - 1 << 3 | _BROTLI_STORED).to_bytes(3, "little")
            return b"".join((self._brotli or self._pack_brotli(), header, tail, _BROTLI_END))
        if encoding == "gzip":
            size = len(tail)
            header = b"\x01" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little")
            trailer = zlib.crc32(tail, self._checksum).to_bytes(4, "little")
            return b"".join((self._gzip, header, tail, trailer, (self._length + size).to_bytes(4, "little")))
        return self._head() + tail

    def _head(self) -> bytes:
        return zlib.decompressobj(GZIP).decompress(self._gzip)

    def _pack_brotli(self) -> bytes:
        packer = brotli.Compressor(mode=brotli.MODE_TEXT, quality=11)
        self._brotli = packer.process(self._head()) + packer.flush()
        return self._brotli


class _Entry(Generic[V]):
    __slots__ = ("lock", "until", "value")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.value: V | None = None
        self.until = 0.0


class ShortMemory(Generic[K, V]):
    """Values asked for again after `seconds`, by one thread while the others are given what stood before.

    Where the source fails by one of the exceptions to `forgive`, what stood before is given a while longer.
    """

    def __init__(self, seconds: float, size: int, forgive: tuple[type[Exception], ...] = ()) -> None:
        self._seconds = seconds
        self._size = size
        self._forgive = forgive
        self._entries: dict[K, _Entry[V]] = {}
        self._lock = threading.Lock()

    def get(self, key: K, load: Callable[[], V | None]) -> V | None:
        """The value of `key`; `load` brings it from the source, None (not remembered) where there is none."""
        entry = self._entries.get(key)
        if entry is None:
            with self._lock:
                entry = self._entries.setdefault(key, _Entry())
                while len(self._entries) > self._size:
                    del self._entries[next(iter(self._entries))]
        if time.monotonic() < entry.until:
            return entry.value
        if entry.lock.acquire(blocking=entry.value is None):
            try:
                if time.monotonic() >= entry.until:
                    entry.value = load()
                    entry.until = time.monotonic() + self._seconds
            except self._forgive:
                if entry.value is None:
                    raise
            finally:
                entry.lock.release()
                if entry.value is None:
                    self.forget(key)
        return entry.value

    def forget(self, key: K) -> None:
        """Ask the source next time."""
        with self._lock:
            self._entries.pop(key, None)


class PageShelf(Generic[K]):
    """Rendered pages by what they show: a change of any name makes another key, and old pages drop off the end."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._pages: OrderedDict[K, SplicedPage] = OrderedDict()
        self._lock = threading.Lock()
        self._rendering = threading.Lock()

    def get(self, key: K, render: Callable[[], bytes]) -> SplicedPage:
        """The page of `key`, rendered by one thread when it is first asked for; pages that stand do not wait for it."""
        page = self._find(key)
        if page is not None:
            return page
        with self._rendering:
            page = self._find(key)
            if page is None:
                page = SplicedPage(render())
                with self._lock:
                    self._pages[key] = page
                    while len(self._pages) > self._size:
                        self._pages.popitem(last=False)
        return page

    def _find(self, key: K) -> SplicedPage | None:
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
        return page
