"""Every wording the project prints can be drawn by its typefaces."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from babel.messages.pofile import read_po

from reports import fonts

ROOT = Path(__file__).parents[2]
BASES = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")


def letters() -> str:
    """The Vietnamese alphabet with every tone on every vowel, both cases: 134 letters beyond ASCII, and the ASCII."""
    vowels = {unicodedata.normalize("NFC", base + tone) for base in BASES for tone in TONES}
    small = vowels | set("đbcdghklmnpqrstvxfjwz")
    return "".join(sorted(small | {letter.upper() for letter in small}))


def texts_of(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for value in node.values():
            yield from texts_of(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts_of(value)
    elif isinstance(node, str):
        yield node


def wordings() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "forms/library").glob("*.yaml")):
        yield path.name, "".join(texts_of(yaml.safe_load(path.read_text(encoding="utf-8"))))
    for path in sorted(ROOT.glob("[fr]*/translations/*/LC_MESSAGES/*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file)
        strings = [s for m in catalogue if m.id for s in (m.string if isinstance(m.string, tuple) else (m.string,))]
        yield path.name, "".join(strings)


FAMILIES = [fonts.serif(), fonts.plex(), fonts.sans()]
FACES = [name for f in FAMILIES for name in (f.regular, f.bold, f.italic, f.bold_italic)]


def test_there_are_wordings_to_draw() -> None:
    assert len(list(wordings())) >= 2
    assert len([letter for letter in letters() if ord(letter) > 127]) == 134


@pytest.mark.parametrize("face", FACES)
def test_every_vietnamese_letter_and_sign_has_a_glyph(face: str) -> None:
    assert fonts.missing_glyphs(letters() + "0123456789,.%–−“”‘’…±×≥≤·()/:;?+", face) == set()


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(("source", "text"), list(wordings()), ids=lambda value: value[:16])
def test_every_wording_can_be_drawn(face: str, source: str, text: str) -> None:
    assert fonts.missing_glyphs(text, face) == set(), source


def test_missing_glyphs_are_found() -> None:
    face = fonts.sans().regular
    assert fonts.missing_glyphs("phiếu ☐ 票", face) == {"☐", "票"}


def test_the_weights_of_a_family_have_names_of_their_own() -> None:
    assert len(set(FACES)) == len(FACES) or fonts.serif() == fonts.plex()


def test_a_configured_folder_without_a_known_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(fonts.FontsMissing, match=r"times\.ttf"):
        fonts.serif(tmp_path)


def test_lines_keep_their_width_and_lose_nothing() -> None:
    face = fonts.sans().regular
    text = "Tiếp nhận, xử lý góp ý, phản ánh, kiến nghị " + "x" * 60
    lines = fonts.wrap(text, face, 12, 120)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(fonts.text_width(line, face, 12) <= 120 for line in lines)
    cut = fonts.wrap(text, face, 12, 120, most_lines=2)
    assert len(cut) == 2
    assert cut[1].endswith("…")
    assert fonts.text_width(cut[1], face, 12) <= 120
