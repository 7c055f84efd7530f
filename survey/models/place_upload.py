"""Files of units, procedures and other tables that somebody looks at before they count."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.base import Base, UtcDateTime, one_of, primary_key

UPLOAD_KINDS = ("units", "services", "transactions", "indices", "dossiers")


class PlaceUpload(Base):
    """What one person uploaded and has not confirmed yet; removed with the confirmation, or after a day."""

    __tablename__ = "place_upload"
    __table_args__ = (CheckConstraint(one_of("kind", UPLOAD_KINDS), name="kind"),)

    id: Mapped[primary_key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    file_name: Mapped[str] = mapped_column(String(300))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
