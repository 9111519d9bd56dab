"""Units, former units and the calendar from the working material."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path
from typing import Any

Record = dict[str, Any]
SOURCE = "Nghị quyết 1656/NQ-UBTVQH15; mã đơn vị theo danh mục hành chính ngày 25/7/2026"
CITY = "HN"
CENTRE = "TTPVHCC"
BRANCHES = 12
# The city's bodies after the reorganisation of March 2025 that decide provincial procedures; the list and the
# short codes are ours and await the city's confirmation.
DEPARTMENTS = (
    ("VPUB", "Văn phòng Ủy ban nhân dân thành phố", "Office of the City People's Committee"),
    ("SNV", "Sở Nội vụ", "Department of Home Affairs"),
    ("STC", "Sở Tài chính", "Department of Finance"),
    ("SXD", "Sở Xây dựng", "Department of Construction"),
    ("SQHKT", "Sở Quy hoạch - Kiến trúc", "Department of Planning and Architecture"),
    ("SNNMT", "Sở Nông nghiệp và Môi trường", "Department of Agriculture and Environment"),
    ("SCT", "Sở Công Thương", "Department of Industry and Trade"),
    ("SGDDT", "Sở Giáo dục và Đào tạo", "Department of Education and Training"),
    ("SYT", "Sở Y tế", "Department of Health"),
    ("STP", "Sở Tư pháp", "Department of Justice"),
    ("SVHTT", "Sở Văn hóa và Thể thao", "Department of Culture and Sports"),
    ("SDL", "Sở Du lịch", "Department of Tourism"),
    ("SKHCN", "Sở Khoa học và Công nghệ", "Department of Science and Technology"),
    ("SDTTG", "Sở Dân tộc và Tôn giáo", "Department of Ethnic and Religious Affairs"),
    ("TTTP", "Thanh tra thành phố", "City Inspectorate"),
    (
        "BQLKCN",
        "Ban Quản lý các khu công nghệ cao và khu công nghiệp",
        "Authority of High-tech and Industrial Parks",
    ),
)
CULTURE_DAY = datetime.date(2026, 11, 24)  # a paid day off from 2026 by one source only


def units(facts: Path) -> Record:
    """The tree: city, Centre, branches, departments, communes. Every agency code is a sample (see docs)."""
    rows = [
        {"code": CITY, "kind": "city", "name": "Thành phố Hà Nội", "name_en": "Hanoi City", "agency": ""},
        {
            "code": CENTRE,
            "kind": "centre",
            "name": "Trung tâm Phục vụ hành chính công thành phố Hà Nội",
            "name_en": "Hanoi Public Administrative Service Centre",
            "parent": CITY,
            "agency": "TT",
        },
    ]
    rows += [_branch(number) for number in range(1, BRANCHES + 1)]
    rows += [
        {
            "code": code,
            "kind": "department",
            "name": name,
            "name_en": english,
            "parent": CITY,
            "agency": f"S.{index:02d}",
        }
        for index, (code, name, english) in enumerate(DEPARTMENTS, start=1)
    ]
    return {
        "as_of": "2026-07-25",
        "source": SOURCE,
        "units": rows + [_commune(row) for row in _read(facts / "hanoi_units.csv")],
    }


def _branch(number: int) -> Record:
    return {
        "code": f"CN{number:02d}",
        "kind": "branch",
        "name": f"Chi nhánh số {number}",
        "name_en": f"Branch {number}",
        "parent": CENTRE,
        "agency": f"CN.{number:02d}",
    }


def _commune(row: dict[str, str]) -> Record:
    is_ward = row["kind"] == "ward"
    return {
        "code": row["code"],
        "kind": "commune",
        "ward": is_ward,
        "name": row["name"],
        "name_en": f"{row['name_en']} {'Ward' if is_ward else 'Commune'}",
        "parent": CITY,
        "districts": [name.strip() for name in row["former_districts"].split(";") if name.strip()],
        "at": [float(row["lat"]), float(row["lon"])],
        "area_km2": float(row["area_km2"]),
        "agency": f"X.{row['code'][1:]}",
    }


def former_units(facts: Path) -> Record:
    """Former wards and communes: [old code, old name, old district, [[new code, whole?], …]], default first."""
    found: dict[str, list[Any]] = {}
    for row in sorted(
        _read(facts / "hanoi_old_to_new.csv"), key=lambda r: (r["old_code"], r["is_default_new"] != "True")
    ):
        former = found.setdefault(
            row["old_code"], [row["old_code"], row["old_name"], row["old_district"], []]
        )
        former[3].append([row["new_code"], row["share"] == "whole"])
    return {"as_of": "2025-07-01", "source": SOURCE, "former_units": list(found.values())}


def calendar(facts: Path) -> Record:
    """Days off and make-up working days. 2027 is a projection, 24/11/2026 rests on one source: unconfirmed."""
    days = []
    for row in _read(facts / "holidays_vn.csv"):
        day = datetime.date.fromisoformat(row["date"])
        english = (
            row["name_en"]
            if row["kind"] == "WORKING" or "substituted" not in row["name_en"]
            else "Swapped day off"
        )
        days.append(
            {
                "day": row["date"],
                "kind": "work" if row["kind"] == "WORKING" else "off",
                "name": row["name_vi"],
                "name_en": english,
                "confirmed": day.year < 2027 and day != CULTURE_DAY,
                "source": _basis(row["source"], day),
            }
        )
    return {"as_of": "2026-07", "days": days}


def _basis(source: str, day: datetime.date) -> str:
    if day.year >= 2027:
        return "Dự kiến theo Bộ luật Lao động 2019, Điều 112; chờ thông báo chính thức"
    if "24h" in source:
        return "Thông báo hoán đổi ngày làm việc (báo chí, 26/12/2025)"
    return "Bộ luật Lao động 2019, Điều 111-112 và thông báo nghỉ lễ hằng năm"


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
