"""Page objects: a citizen's form, made from the definition of whatever questionnaire it asks."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from forms.definition import Language, Question, Questionnaire


class BallotPage:
    """The form behind a code, used as a person uses it: by what is written on it."""

    def __init__(self, page: Page, questionnaire: Questionnaire, language: Language = "vi") -> None:
        self.page = page
        self.questionnaire = questionnaire
        self.language = language

    def open(self, code: str) -> BallotPage:
        answer = self.page.goto(f"/s/{code}?lang={self.language}")
        assert answer is not None
        assert answer.status == 200
        return self

    def card(self, code: str) -> Locator:
        """The card of a question."""
        return self.page.locator(f"#{self.questionnaire.question(code).field}")

    def field(self, code: str, value: int | None = None) -> Locator:
        """The text field of a question, or the field of one of its choices."""
        question = self.questionnaire.question(code)
        if value is None:
            return self.card(code).get_by_role("textbox")
        role = "checkbox" if question.kind == "several" else "radio"
        words = next(choice.wording for choice in question.choices if choice.value == value)
        return self.card(code).get_by_role(role, name=words[self.language], exact=True)

    def choose(self, code: str, *values: int) -> None:
        for value in values:
            self.field(code, value).check()

    def write(self, code: str, text: str) -> None:
        self.field(code).fill(text)

    def answer_everything(self) -> dict[str, int | tuple[int, ...] | str]:
        """Answer each question that is asked with its last choice, or two of several; what was answered, by code."""
        given: dict[str, int | tuple[int, ...] | str] = {}
        for question in self.questionnaire.questions:
            if self._asked(question, given):
                given[question.code] = self._answer(question)
        return given

    def _answer(self, question: Question) -> int | tuple[int, ...] | str:
        if not question.choices:
            self.write(question.code, "Cảm ơn")
            return "Cảm ơn"
        if question.kind == "several":
            self.choose(question.code, *question.values[:2])
            return question.values[:2]
        self.choose(question.code, question.scale_choices[-1].value)
        return question.scale_choices[-1].value

    def _asked(self, question: Question, given: dict[str, int | tuple[int, ...] | str]) -> bool:
        if question.condition is None:
            return True
        answer = given.get(question.condition.question, ())
        return not set(question.condition.values).isdisjoint(answer if isinstance(answer, tuple) else {answer})

    @property
    def send_button(self) -> Locator:
        return self.page.get_by_role("button", name={"vi": "Gửi phiếu", "en": "Send my answers"}[self.language])

    def send(self) -> str:
        """Send, and the receipt number of the page that thanks."""
        self.send_button.click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(
            {"vi": "Cảm ơn ông/bà đã trả lời", "en": "Thank you for your answers"}[self.language]
        )
        return self.page.locator(".k").inner_text()
