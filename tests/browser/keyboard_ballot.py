"""A ballot filled in by somebody who uses the keyboard alone, whatever questionnaire it is."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

from forms.definition import Questionnaire

MOST_STEPS = 200  # more stops than any form has: focus is caught somewhere


class KeyboardBallot:
    """The citizen's form, reached by Tab, answered by arrow keys, Space and letters, sent by Enter."""

    def __init__(self, page: Page, questionnaire: Questionnaire) -> None:
        self.page, self.questionnaire = page, questionnaire

    @property
    def focused(self) -> Locator:
        return self.page.locator(":focus")

    def answer(self, code: str, value: int) -> None:
        """Choose `value` of a question with one answer; questions are reached in the form's order."""
        self._tab_to("name", self.questionnaire.question(code).field)
        if self.focused.get_attribute("value") == str(value):
            self.page.keyboard.press("Space")
        for _ in range(MOST_STEPS):
            if self.focused.is_checked() and self.focused.get_attribute("value") == str(value):
                return
            self.page.keyboard.press("ArrowRight")
        raise AssertionError(f"{code} has no answer {value} that arrows reach")

    def write(self, code: str, text: str) -> None:
        self._tab_to("name", self.questionnaire.question(code).field)
        self.page.keyboard.type(text)

    def send(self) -> None:
        self._tab_to("class", "s")
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def _tab_to(self, attribute: str, value: str) -> None:
        for _ in range(MOST_STEPS):
            if self.focused.count() and self.focused.get_attribute(attribute) == value:
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never reaches {attribute}={value}")
