"""What an operation says when it cannot do what was asked: a code to act upon, parameters, and an English sentence."""

from __future__ import annotations

from typing import ClassVar

from forms.ballot import clean_text


def noop(sentence: str) -> str:
    """Mark a sentence for the translation catalogues: imported as `_n` where SENTENCES are written."""
    return sentence


class OperationError(Exception):
    """Base of every operation's typed error.

    `code` names the reason; `SENTENCES[code]` is the English sentence (a gettext msgid with named placeholders) that
    `parameters` fill. Whoever shows it to a reader translates the sentence first. Texts among them may come from a
    stranger's file: what cannot be seen is taken out, since it would steer a terminal.
    """

    SENTENCES: ClassVar[dict[str, str]] = {}

    def __init__(self, code: str, **parameters: object) -> None:
        self.code = code
        self.parameters = {
            name: clean_text(value, lines=False) if isinstance(value, str) else value
            for name, value in parameters.items()
        }
        super().__init__(self.SENTENCES[code] % self.parameters)

    @property
    def sentence(self) -> str:
        """The untranslated sentence with its placeholders."""
        return self.SENTENCES[self.code]
