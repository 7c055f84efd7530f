"""The typefaces of documents: a serif with the metrics of Times for the text, Be Vietnam Pro for charts and posters.

The serif is a setting, so that the same data print the same bytes: a configured folder, else Debian's Liberation
Serif 2, else IBM Plex Serif from PyPI, in this order. Only static TrueType files with unique PostScript names will
do: ReportLab tells the weights of a family apart by that name.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import fontpkg_be_vietnam_pro
import fontpkg_ibm_plex_serif
from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

DEBIAN_LIBERATION = Path("/usr/share/fonts/truetype/liberation2")
BEHIND_COMMA = 0.2  # of the width that a line of a title may be short to end behind a comma


@dataclass(frozen=True, slots=True)
class Family:
    """The registered names of one typeface, as ReportLab's `setFont` takes them."""

    regular: str
    bold: str
    italic: str
    bold_italic: str


class FontsMissing(LookupError):
    """A configured folder holds none of the known sets of files."""


# Files of regular, bold, italic and bold italic, as their makers name them.
_TIMES = ("times.ttf", "timesbd.ttf", "timesi.ttf", "timesbi.ttf")
_LIBERATION = tuple(f"LiberationSerif-{style}.ttf" for style in ("Regular", "Bold", "Italic", "BoldItalic"))
_PLEX = tuple(f"IBMPlexSerif-{style}.ttf" for style in ("Regular", "SemiBold", "Italic", "SemiBoldItalic"))
_BE_VIETNAM = tuple(f"BeVietnamPro-{style}.ttf" for style in ("Regular", "SemiBold", "Italic", "SemiBoldItalic"))


def _register(folder: Path, files: tuple[str, ...]) -> Family:
    names = []
    for file in files:
        font = TTFont(Path(file).stem, str(folder / file))
        pdfmetrics.registerFont(font)
        names.append(font.fontName)
    family = Family(*names)
    addMapping(family.regular, 0, 0, family.regular)
    addMapping(family.regular, 1, 0, family.bold)
    addMapping(family.regular, 0, 1, family.italic)
    addMapping(family.regular, 1, 1, family.bold_italic)
    return family


@cache
def serif(folder: Path | None = None) -> Family:
    """The document's typeface: from `folder` where configured (Times New Roman, Liberation Serif or IBM Plex Serif).

    Raises `FontsMissing` where a configured folder holds no complete set: silently printing another typeface would
    change the bytes of a document.
    """
    known = (_TIMES, _LIBERATION, _PLEX)
    if folder is not None:
        for files in known:
            if all((folder / file).is_file() for file in files):
                return _register(folder, files)
        wanted = "; ".join(", ".join(files) for files in known)
        raise FontsMissing(f"{folder} holds none of these sets of font files: {wanted}")
    if all((DEBIAN_LIBERATION / file).is_file() for file in _LIBERATION):
        return _register(DEBIAN_LIBERATION, _LIBERATION)
    return plex()


@cache
def plex() -> Family:
    """IBM Plex Serif of PyPI, there on every machine."""
    return _register(fontpkg_ibm_plex_serif.ROOT / "files", _PLEX)


@cache
def sans() -> Family:
    """Be Vietnam Pro, for charts and posters."""
    return _register(fontpkg_be_vietnam_pro.ROOT / "files", _BE_VIETNAM)


def missing_glyphs(text: str, font: str) -> set[str]:
    """The characters of `text` (NFC) that the registered `font` cannot draw; line breaks and tabs are not drawn."""
    registered = pdfmetrics.getFont(font)
    assert isinstance(registered, TTFont)
    glyphs = registered.face.charToGlyph
    return {c for c in unicodedata.normalize("NFC", text) if c not in "\n\r\t" and ord(c) not in glyphs}


def text_width(text: str, font: str, size: float) -> float:
    """Width of one line in the unit of `size`."""
    return float(pdfmetrics.stringWidth(text, font, size))


def wrap(text: str, font: str, size: float, width: float, most_lines: int = 0) -> list[str]:
    """`text` broken at spaces into lines of `width`; words longer than a line are broken inside.

    With `most_lines` what does not fit is cut and ends in "…".
    """
    lines: list[str] = []
    line = ""
    for word in unicodedata.normalize("NFC", text).split():
        if text_width(word, font, size) > width:
            *pieces, word = _pieces(word, font, size, width)
            lines += [line, *pieces] if line else pieces
            line = ""
        joined = f"{line} {word}" if line else word
        if line and text_width(joined, font, size) > width:
            lines.append(line)
            joined = word
        line = joined
    lines += [line] if line else []
    if most_lines and len(lines) > most_lines:
        last = lines[most_lines - 1]
        while last and text_width(last + "…", font, size) > width:
            last = last[:-1]
        lines = [*lines[: most_lines - 1], last.rstrip() + "…"]
    return lines


def balanced(text: str, font: str, size: float, width: float) -> list[str]:
    """`text` in as few lines as :func:`wrap` needs, but of about equal length and rather broken behind a comma: for
    titles."""
    lines = wrap(text, font, size, width)
    words = unicodedata.normalize("NFC", text).split()
    if len(lines) == 1 or any(text_width(word, font, size) > width for word in words):
        return lines
    best: dict[int, tuple[float, list[str]]] = {0: (0.0, [])}  # the least costly lines that end before a word
    for _ in lines:
        found: dict[int, tuple[float, list[str]]] = {}
        for start, (cost, above) in best.items():
            for end in range(start + 1, len(words) + 1):
                line = " ".join(words[start:end])
                left = width - text_width(line, font, size)
                if left < 0:
                    break
                total = cost + left**2 - ((BEHIND_COMMA * width) ** 2 if line.endswith(",") else 0.0)
                if end not in found or total < found[end][0]:
                    found[end] = (total, [*above, line])
        best = found
    return best[len(words)][1]


def _pieces(word: str, font: str, size: float, width: float) -> list[str]:
    pieces = [word[0]]
    for character in word[1:]:
        if text_width(pieces[-1] + character, font, size) > width:
            pieces.append(character)
        else:
            pieces[-1] += character
    return pieces
