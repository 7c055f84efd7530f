"""Groups of units of the sample province, and the national figures published so far."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from survey.models import Unit
from survey.operations import unit_groups
from survey.operations.demo.places import PROVINCE
from survey.operations.reference_series import import_reference, standard_file

# Name, name in English, units, and whether published reports show the group.
_GROUPS = (
    ("Các phường", "Wards", ("BENTRA", "CAUNGOI", "KIMSON", "HOALAC"), True),
    ("Các xã đồng bằng", "Lowland communes", ("DONGXUAN", "TANLOC", "PHUDIEN", "LONGHAI", "TRUNGNGHIA"), True),
    ("Các xã miền núi", "Mountain communes", ("THACHBAN", "VINHTHUONG", "SUOIMAY", "NUINGANG"), True),
    ("Các xã đảo", "Island communes", ("DAOYEN", "HONNGHE"), True),
    ("Xã miền núi và đảo Đảo Yến", "Mountain communes and Đảo Yến", ("THACHBAN", "VINHTHUONG", "DAOYEN"), False),
)


def load_groups(session: Session, units: Mapping[str, Unit], at: datetime) -> None:
    """The groups, public ones in their order, and the reference series."""
    for name_vi, name_en, codes, public in _GROUPS:
        group = unit_groups.create_group(session, name_vi=name_vi, name_en=name_en, owner=units[PROVINCE])
        unit_groups.add_units(session, group, [units[code] for code in codes])
        if public:
            unit_groups.publish_group(session, group, at)
    import_reference(session, standard_file())
