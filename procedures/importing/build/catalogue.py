"""Turn the working facts into catalogue lines: cleaned names, settled units, and what is missing."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

from procedures.importing.build import law, names
from procedures.importing.build.departments import department_of
from procedures.importing.build.fields import FieldName, field_of

Record = dict[str, Any]
AS_OF = "2026-07"
SOURCE = "Cổng Dịch vụ công quốc gia, tháng 7/2026; không phải danh mục chính thức của Hà Nội"
UNITS = {"working_day": "work_day", "day": "day", "hour": "hour", "month": "month", "": ""}
MOST_COPIES = 10  # more is a footnote number that the source glued to the count
_PROVINCE = re.compile(
    r"\btỉnh (An Giang|Bắc Ninh|Cà Mau|Cao Bằng|Đắk Lắk|Điện Biên|Đồng Nai|Đồng Tháp|Gia Lai|Hà Tĩnh|Hưng Yên|"
    r"Khánh Hòa|Lai Châu|Lâm Đồng|Lạng Sơn|Lào Cai|Nghệ An|Ninh Bình|Phú Thọ|Quảng Ngãi|Quảng Ninh|Quảng Trị|"
    r"Sơn La|Tây Ninh|Thái Nguyên|Thanh Hóa|Tuyên Quang|Vĩnh Long)\b"
)


def build(facts: Path) -> tuple[list[FieldName], list[Record]]:
    """Fields and catalogue records, sorted by code, from `catalogue_facts.jsonl` and `procedures_commune.csv`."""
    with (facts / "procedures_commune.csv").open(encoding="utf-8", newline="") as file:
        details = {row["code"]: row for row in csv.DictReader(file)}
    fields: dict[str, FieldName] = {}
    records = []
    for line in (facts / "catalogue_facts.jsonl").read_text(encoding="utf-8").splitlines():
        fact = json.loads(line)
        field = field_of(fact["code"], fact["title"], fact["field"], fact["field_is_official"])
        fields.setdefault(field.code, field)
        records.append(_record(fact, field, details.get(fact["code"], {})))
    return sorted(fields.values(), key=lambda field: field.code), sorted(
        records, key=lambda r: str(r["code"])
    )


def _record(fact: Record, field: FieldName, details: dict[str, str]) -> Record:
    title = names.clean(fact["title"])
    system = "" if fact["code"] in law.COMMUNE_DECIDES else (fact["vertical_system"] or "")
    record: Record = {
        "code": fact["code"],
        "title": title,
        "short": law.SHORT_TITLES.get(fact["code"]) or names.short_title(title),
        "field": field.code,
        "at": _levels(fact, system),
        "agency": _agency(fact),
        "system": system,
        "department": "",
        "for": _applicants(fact),
        "channels": {
            name: _channel(fact["code"], name, shown) for name, shown in sorted(fact["channels"].items())
        },
        "papers": _papers(fact["papers"]),
        "results": _results(fact["results"], details.get("result_codes", "")),
        "basis": names.acts(fact["legal_basis"]),
        "decision": details.get("decision", "")
        if re.fullmatch(r"\d+/QĐ-[A-ZĐ]+", details.get("decision", ""))
        else "",
        "popular": _popularity(fact),
    }
    record["department"] = department_of(record["at"], system, record["agency"], field.code)
    record["missing"] = _missing(record, fact)
    return {
        key: value for key, value in record.items() if value or key in ("code", "title", "field", "missing")
    }


def _agency(fact: Record) -> str:
    shared = fact["field"] == "Chứng thực" and "commune" in fact["levels"] and "công chứng" in fact["agency"]
    return law.CERTIFIERS if shared else names.agency(fact["agency"])


def _levels(fact: Record, system: str) -> list[str]:
    """Commune and province. Customs rows carry the commune label by error: no commune clears goods."""
    if system == "Hải quan":
        return []
    return [level for level in ("commune", "province") if level in fact["levels"]]


def _applicants(fact: Record) -> list[str]:
    named = [
        who
        for who, told in (("citizen", fact["for_citizens"]), ("organisation", fact["for_organisations"]))
        if told
    ]
    return [] if len(named) == 2 else named


def _channel(code: str, name: str, shown: Record) -> Record:
    """`time` = [value, unit], unit "" when unknown; `fee` in VND, [0] only when the law says free."""
    channel: Record = {}
    value, unit = shown.get("time"), UNITS[shown.get("unit", "")]
    if value and unit:
        channel["time"] = [value, unit]
    elif code in law.TIMES:
        channel["time"] = list(law.TIMES[code])
    elif value:
        channel["time"] = [value, ""]
    if code in law.FREE:
        channel["fee"] = [0]
    elif national := law.national_fee(code, name):
        channel["fee"] = national
    elif amounts := [amount for amount in shown.get("fee_vnd", []) if amount]:
        channel["fee"] = amounts
    return channel


def _papers(papers: list[Record]) -> list[list[Any]]:
    """[name, originals, copies] of what is really a paper; both counts 0 when the source gave none that can be."""
    kept: dict[str, list[Any]] = {}
    for shown in papers:
        name = names.paper(shown["name"])
        counts = [n if n <= MOST_COPIES else 0 for n in (shown["originals"], shown["copies"])]
        if pieces := names.count_in(shown["name"]):
            counts[0] = max(counts[0], pieces)
        if name and name.lower() not in kept:
            kept[name.lower()] = [name, *counts]
    return list(kept.values())


def _results(shown: list[str], codes: str) -> list[list[str]]:
    """[name, national code]; a code is attached only when there is one of each."""
    found = list(dict.fromkeys(filter(None, (names.result(name) for name in shown))))
    known = re.findall(r"KQ\.[GH]\d\d\.\d{6}", codes)
    if len(found) == 1 and len(known) == 1:
        return [[found[0], known[0]]]
    return [[name, ""] for name in found]


def _popularity(fact: Record) -> int:
    if fact["code"] in law.POPULAR:
        return 100 - law.POPULAR.index(fact["code"])
    return 5 if fact["on_a_ward_notice_list"] else 0


def _missing(record: Record, fact: Record) -> list[str]:
    """Codes of what is missing or unconfirmed, in the order a person would ask; see `procedures.querysets.MISSING`."""
    channels = record["channels"].values()
    system_only = record["system"] == "Hải quan"
    tests = {
        "scope": bool(_PROVINCE.search(record["title"])),
        "level": not record["at"] and not system_only,
        "agency": not record["agency"],
        "field": fact["field"] == "" and record["field"] == "chua-phan-loai",
        "applicants": fact["for_citizens"] is None,
        "channels": not channels,
        "time": not channels or any("time" not in channel for channel in channels),
        "time_unit": any(channel.get("time", [0, "x"])[1] == "" for channel in channels),
        "fee": not channels or any("fee" not in channel for channel in channels),
        "city_fee": any(_is_city_fee(record["code"], name, c) for name, c in record["channels"].items()),
        "papers": not record["papers"],
        "paper_counts": any(not originals and not copies for _, originals, copies in record["papers"]),
        "result": not record["results"],
        "legal_basis": not record["basis"],
        "online_level": not channels or "online" in record["channels"],
        "form": True,
        "process": True,
    }
    return [code for code, lacks in tests.items() if lacks]


def _is_city_fee(code: str, channel: str, shown: Record) -> bool:
    """Whether an amount is shown that is not the law's or a ministry's for the whole country."""
    return "fee" in shown and code not in law.FREE and not law.national_fee(code, channel)
