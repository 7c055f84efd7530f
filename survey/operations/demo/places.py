"""The sample province of Sông Trà: departments with rooms, communes and wards, counters, fields and procedures."""

from __future__ import annotations

from typing import NamedTuple

PROVINCE = "ST"
PROVINCE_NAME = ("Tỉnh Sông Trà", "Sông Trà Province")
CENTRE = ("Trung tâm Phục vụ hành chính công tỉnh Sông Trà", "Sông Trà Provincial Public Service Centre")


class Place(NamedTuple):
    """A unit of the sample. `level` moves how satisfied people are, in steps of the latent scale; `share` is its part
    of the responses relative to the others; `people`, where given, is how many answer in a wave instead."""

    code: str
    parent: str
    kind: str
    name_vi: str
    name_en: str
    counters: tuple[tuple[str, str], ...]
    level: float
    share: float = 1.0
    people: int | None = None
    kiosk: bool = False
    paper: bool = False


_DESKS = (
    ("Quầy số 1 – Hộ tịch, chứng thực", "Counter 1 – Civil status, certification"),
    ("Quầy số 2 – Đất đai, xây dựng", "Counter 2 – Land, construction"),
    ("Quầy số 3 – Bảo trợ xã hội, lao động", "Counter 3 – Social assistance, labour"),
)


def _department(code: str, name_vi: str, name_en: str, level: float, share: float, desk: tuple[str, str]) -> Place:
    return Place(code, PROVINCE, "department", f"Sở {name_vi}", name_en, (desk,), level, share, kiosk=True)


def _room(code: str, parent: str, name_vi: str, name_en: str) -> Place:
    return Place(code, parent, "room", name_vi, name_en, (), 0.0, 0.0)


# The two last stay under five people: were there only one, its next larger neighbour would be hidden with it.
PLACES = (
    _department(
        "SNV", "Nội vụ", "Department of Home Affairs", 0.35, 0.5, ("Quầy 01 – Nội vụ", "Counter 01 – Home affairs")
    ),
    _department(
        "STC", "Tài chính", "Department of Finance", 0.15, 1.1, ("Quầy 04 – Tài chính", "Counter 04 – Finance")
    ),
    _department(
        "SXD", "Xây dựng", "Department of Construction", -0.25, 0.9, ("Quầy 07 – Xây dựng", "Counter 07 – Construction")
    ),
    Place(
        "SNNMT",
        PROVINCE,
        "department",
        "Sở Nông nghiệp và Môi trường",
        "Department of Agriculture and Environment",
        (("Quầy 09 – Nông nghiệp và môi trường", "Counter 09 – Agriculture and environment"),),
        0.0,
        0.6,
    ),
    _department("SYT", "Y tế", "Department of Health", 0.3, 0.7, ("Quầy 11 – Y tế", "Counter 11 – Health")),
    _department("STP", "Tư pháp", "Department of Justice", 0.2, 0.8, ("Quầy 12 – Tư pháp", "Counter 12 – Justice")),
    _room("SNV-CCHC", "SNV", "Phòng Cải cách hành chính", "Administrative Reform Room"),
    _room("SNV-CCVC", "SNV", "Phòng Công chức, viên chức", "Civil Servants Room"),
    _room("STC-DKKD", "STC", "Phòng Đăng ký kinh doanh", "Business Registration Room"),
    _room("SXD-QLXD", "SXD", "Phòng Quản lý xây dựng", "Construction Management Room"),
    _room("SYT-HNYD", "SYT", "Phòng Nghiệp vụ y dược", "Medical and Pharmaceutical Room"),
    _room("STP-HTQT", "STP", "Phòng Hành chính tư pháp", "Judicial Administration Room"),
    Place(
        "SNNMT-DKDD",
        "SNNMT",
        "room",
        "Văn phòng Đăng ký đất đai",
        "Land Registration Office",
        (
            ("Quầy 14 – Tiếp nhận hồ sơ đất đai", "Counter 14 – Land files, reception"),
            ("Quầy 15 – Trả kết quả đất đai", "Counter 15 – Land files, results"),
        ),
        -0.55,
        1.8,
    ),
    Place("BENTRA", PROVINCE, "commune", "Phường Bến Trà", "Bến Trà Ward", _DESKS, 0.1, 2.4, kiosk=True),
    Place("CAUNGOI", PROVINCE, "commune", "Phường Cầu Ngói", "Cầu Ngói Ward", _DESKS, 0.4, 1.9, kiosk=True),
    Place("KIMSON", PROVINCE, "commune", "Phường Kim Sơn", "Kim Sơn Ward", _DESKS, -0.3, 1.7),
    Place("HOALAC", PROVINCE, "commune", "Phường Hòa Lạc", "Hòa Lạc Ward", _DESKS, 0.25, 1.5, kiosk=True),
    Place("DONGXUAN", PROVINCE, "commune", "Xã Đồng Xuân", "Đồng Xuân Commune", _DESKS[:2], 0.05, 1.1, paper=True),
    Place("TANLOC", PROVINCE, "commune", "Xã Tân Lộc", "Tân Lộc Commune", _DESKS[:2], 0.5, 1.0, paper=True),
    Place("PHUDIEN", PROVINCE, "commune", "Xã Phú Điền", "Phú Điền Commune", _DESKS[:2], -0.1, 1.2),
    Place("LONGHAI", PROVINCE, "commune", "Xã Long Hải", "Long Hải Commune", _DESKS[:2], 0.0, 1.0, kiosk=True),
    Place("THACHBAN", PROVINCE, "commune", "Xã Thạch Bàn", "Thạch Bàn Commune", _DESKS[:2], 0.2, 0.8, paper=True),
    Place("TRUNGNGHIA", PROVINCE, "commune", "Xã Trung Nghĩa", "Trung Nghĩa Commune", _DESKS[:2], -0.5, 0.9),
    Place("VINHTHUONG", PROVINCE, "commune", "Xã Vĩnh Thượng", "Vĩnh Thượng Commune", _DESKS[:1], 0.3, 0.5, paper=True),
    Place("SUOIMAY", PROVINCE, "commune", "Xã Suối Mây", "Suối Mây Commune", _DESKS[:1], 0.1, 0.4, paper=True),
    Place("NUINGANG", PROVINCE, "commune", "Xã Núi Ngang", "Núi Ngang Commune", _DESKS[:1], 0.4, people=23),
    Place("DAOYEN", PROVINCE, "commune", "Xã Đảo Yến", "Đảo Yến Island Commune", _DESKS[:1], 0.6, people=4),
    Place("HONNGHE", PROVINCE, "commune", "Xã Hòn Nghê", "Hòn Nghê Island Commune", _DESKS[:1], 0.5, people=3),
)


class Field(NamedTuple):
    """A field of procedures with its sample procedures (code, Vietnamese name, English name)."""

    code: str
    name_vi: str
    name_en: str
    services: tuple[tuple[str, str, str], ...]


FIELDS = (
    Field(
        "ho-tich",
        "Hộ tịch",
        "Civil status",
        (
            ("ST.HT.01", "Đăng ký khai sinh", "Birth registration"),
            ("ST.HT.02", "Đăng ký kết hôn", "Marriage registration"),
            ("ST.HT.03", "Cấp bản sao trích lục hộ tịch", "Copy of an extract from the civil register"),
        ),
    ),
    Field(
        "chung-thuc",
        "Chứng thực",
        "Certification",
        (
            ("ST.CT.01", "Chứng thực bản sao từ bản chính", "Certified copy"),
            ("ST.CT.02", "Chứng thực chữ ký", "Certification of a signature"),
        ),
    ),
    Field(
        "dat-dai",
        "Đất đai",
        "Land",
        (
            ("ST.DD.01", "Cấp giấy chứng nhận quyền sử dụng đất lần đầu", "First certificate of land use"),
            ("ST.DD.02", "Đăng ký biến động quyền sử dụng đất", "Registration of a change in land use"),
        ),
    ),
    Field(
        "xay-dung",
        "Xây dựng",
        "Construction",
        (("ST.XD.01", "Cấp giấy phép xây dựng nhà ở riêng lẻ", "Building permit for a private house"),),
    ),
    Field(
        "bao-tro",
        "Bảo trợ xã hội",
        "Social assistance",
        (("ST.BT.01", "Trợ cấp xã hội hằng tháng", "Monthly social allowance"),),
    ),
    Field(
        "kinh-doanh",
        "Đăng ký kinh doanh",
        "Business registration",
        (
            ("ST.KD.01", "Đăng ký thành lập hộ kinh doanh", "Registration of a household business"),
            ("ST.KD.02", "Đăng ký thay đổi nội dung doanh nghiệp", "Change in a business registration"),
        ),
    ),
)
