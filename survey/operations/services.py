"""The catalogue of procedures: fields, and the services that belong to them."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import ProcedureField, Service
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.identifiers import is_code


class ServiceError(OperationError):
    """A change of the catalogue that makes no sense."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "field_taken": _n("There is a field of procedures with the code %(field)s already."),
        "code_taken": _n("There is a procedure with the code %(service)s already."),
        "closed": _n("The procedure %(service)s ended on %(date)s."),
        "before_it_began": _n("The procedure %(service)s began on %(date)s; it cannot end before."),
        "code_form": _n("%(service)s cannot be a code: use at most 40 letters, digits, hyphens and full stops."),
        "not_closed": _n("The procedure %(service)s has not ended."),
    }


def create_field(session: Session, *, code: str, name_vi: str, name_en: str = "") -> ProcedureField:
    """A new field of procedures; raises :class:`ServiceError`."""
    if not is_code(code):
        raise ServiceError("code_form", service=code)
    if session.scalar(select(ProcedureField.id).where(ProcedureField.code == code)) is not None:
        raise ServiceError("field_taken", field=code)
    field = ProcedureField(code=code, name_vi=name_vi, name_en=name_en)
    session.add(field)
    session.flush()
    return field


def create_service(
    session: Session, field: ProcedureField, *, code: str, name_vi: str, valid_from: date, name_en: str = ""
) -> Service:
    """A new procedure of the field; raises :class:`ServiceError`."""
    if not is_code(code):
        raise ServiceError("code_form", service=code)
    if session.scalar(select(Service.id).where(Service.code == code)) is not None:
        raise ServiceError("code_taken", service=code)
    service = Service(field=field, code=code, name_vi=name_vi, name_en=name_en, valid_from=valid_from)
    session.add(service)
    session.flush()
    return service


def close_service(session: Session, service: Service, on: date) -> None:
    """End the procedure on its last day `on`; it stays for what was answered about it. Raises :class:`ServiceError`."""
    if service.valid_until is not None:
        raise ServiceError("closed", service=service.code, date=service.valid_until.isoformat())
    if on < service.valid_from:
        raise ServiceError("before_it_began", service=service.code, date=service.valid_from.isoformat())
    service.valid_until = on
    session.flush()


def reopen_service(session: Session, service: Service) -> None:
    """Undo the ending of a procedure; raises :class:`ServiceError`."""
    if service.valid_until is None:
        raise ServiceError("not_closed", service=service.code)
    service.valid_until = None
    session.flush()
