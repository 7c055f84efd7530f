"""The pages of questionnaires and drafts, used as a person uses them: opened, filled in, sent."""

from __future__ import annotations

from sqlalchemy.orm import Session

from survey.models import QuestionnaireDraft
from tests.page_rules import CheckingClient, html_of, parsed
from tests.staff import post

LIBRARY = "/staff/phieu/"
COUNTER = "/staff/phieu/counter/1.0"


def page_of(client: CheckingClient, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status, (url, response.status_code, html_of(response)[:300])
    return html_of(response)


def begun(client: CheckingClient, session: Session, source: str = COUNTER, mode: str = "version") -> str:
    """The address of a new draft."""
    response = post(client, source.replace("/phieu/", "/phieu/soan/tu/"), {"mode": mode}, page=source)
    assert response.status_code == 303, html_of(response)
    return response.headers["Location"].partition("#")[0]


def draft_at(session: Session, url: str) -> QuestionnaireDraft:
    session.rollback()
    return session.get_one(QuestionnaireDraft, int(url.rsplit("/", 1)[1]))


def sent(client: CheckingClient, url: str, data: dict[str, str], **more: object) -> tuple[int, str]:
    """Fill in the form of a page: what it shows, changed by `data`; and what came back."""
    html = page_of(client, url)
    values = form_values(html) | data
    response = client.post(url, data=values)
    return response.status_code, html_of(response)


def form_values(html: str) -> dict[str, str]:
    """What a browser would send of the page's form, untouched."""
    page, _errors = parsed(html)
    main = next(page.iter("main"))
    forms = [form for form in main.iter("form") if "saves" in (form.get("class") or "")] or list(main.iter("form"))
    values: dict[str, str] = {}
    for field in forms[0].iter():
        name, kind = field.get("name"), field.get("type")
        if not name or field.tag == "button":
            continue
        if field.tag == "textarea":
            values[name] = (field.text or "").removeprefix("\n")
        elif field.tag == "select":
            chosen = [option for option in field.iter("option") if option.get("selected") is not None]
            values[name] = (chosen or list(field.iter("option")))[0].get("value", "")
        elif kind not in ("checkbox", "radio") or field.get("checked") is not None:
            values[name] = field.get("value", "")
    return values
