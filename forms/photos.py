"""Photos that strangers send, made into plain JPEG files: run in the bounded child process, see :mod:`forms.bounded`.

What comes out holds pixels and nothing else: no place, no time, no device, no preview, no text.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TypedDict

from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")
LONGEST_SIDE = 2000
QUALITY = 85
# Of the picture as it comes. A JPEG file is decoded at a half, a quarter or an eighth of its size; the others are not.
MOST_PIXELS = {"JPEG": 120_000_000, "PNG": 40_000_000, "WEBP": 40_000_000}

_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis")
_WHITE = (255, 255, 255)


class Plain(TypedDict):
    """A picture as it is kept: size in pixels, the file in base64. With a `fault` it could not be taken:
    `heic`, `kind` (no picture of :data:`FORMATS`), `pixels` or `broken`."""

    fault: str
    width: int
    height: int
    jpeg: str


def reencode(content: bytes, sizes: Sequence[int]) -> list[Plain]:
    """The pictures whose files, `sizes` bytes long, follow each other in `content`."""
    return [_plain(file) for file in _files(content, sizes)]


def _files(content: bytes, sizes: Sequence[int]) -> Iterator[bytes]:
    start = 0
    for size in sizes:
        yield content[start : start + size]
        start += size


def _plain(file: bytes) -> Plain:
    if file[4:8] == b"ftyp" and file[8:12] in _HEIC_BRANDS:
        return _refused("heic")
    Image.MAX_IMAGE_PIXELS = None  # our own limit stands below
    try:
        image = Image.open(BytesIO(file), formats=FORMATS)
    except Exception:
        return _refused("kind")
    if image.width * image.height > MOST_PIXELS[image.format or ""]:
        return _refused("pixels")
    try:
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(_on_white(image))
    except MemoryError:
        raise
    except Exception:
        return _refused("broken")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    bare = Image.new("RGB", upright.size)  # of the old image not even its comment goes along
    bare.paste(upright)
    kept = BytesIO()
    bare.save(kept, "JPEG", quality=QUALITY, optimize=True)
    return Plain(fault="", width=bare.width, height=bare.height, jpeg=b64encode(kept.getvalue()).decode())


def _on_white(image: Image.Image) -> Image.Image:
    """The picture in plain colours, what is transparent in it white; what says how it is to be turned stays with it."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    seen = image.convert("RGBA")
    ground = Image.new("RGB", seen.size, _WHITE)
    ground.paste(seen, mask=seen.getchannel("A"))
    ground.getexif().update(image.getexif())
    return ground


def _refused(fault: str) -> Plain:
    return Plain(fault=fault, width=0, height=0, jpeg="")
