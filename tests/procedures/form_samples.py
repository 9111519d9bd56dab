"""A small form that has one of everything, and shortcuts for building others."""

from __future__ import annotations

import datetime
from typing import Any

from procedures.form_engine import Lists
from procedures.form_schema import FormSchema, parse

TODAY = datetime.date(2026, 11, 20)
LISTS = Lists([("00004", "Phường Ba Đình", "Ba Dinh Ward"), ("00070", "Phường Hoàn Kiếm", "Hoan Kiem Ward")])


def words(vi: str, en: str = "") -> dict[str, str]:
    return {"vi": vi, "en": en or vi}


def question(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "label": words(name.title(), f"{name.title()} (en)"), **more}


def form(*fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    first = fields[0]["name"]
    section = {"code": "one", "title": words("Một", "One"), "fields": list(fields)}
    return {"schema_version": 1, "owner": {"name": first}, "sections": [section], **more}


def schema(*fields: dict[str, Any], **more: Any) -> FormSchema:
    return parse(form(*fields, **more))


COLOURS = [{"code": "red", "vi": "Đỏ", "en": "Red"}, {"code": "blue", "vi": "Xanh", "en": "Blue"}]

EVERYTHING = [
    question("full_name", "name", required=True, prefill="profile.full_name"),
    question("note", "text", check={"min_length": 3}),
    question("story", "textarea"),
    question("number", "id_number", matches={"born": "born", "gender": "gender"}),
    question("tax", "tax_code"),
    question("year", "year"),
    question("phone", "phone"),
    question("email", "email"),
    question("colour", "choice", options=COLOURS),
    question("colours", "multi", options=COLOURS),
    question("agreed", "checkbox"),
    question("count", "integer", check={"min": 1, "max": 9}),
    question("money", "money"),
    question("commune", "commune"),
    question("address", "address"),
    question("country", "country"),
    question("nationality", "nationality", default="VN"),
    question("ethnicity", "ethnicity"),
    question("why", "text", required=True, visible_when={"eq": ["colour", "red"]}),
    question("days", "computed", value={"days_since": "born"}),
    question("late", "info", visible_when={"gt": ["days", 60]}),
    question(
        "rows",
        "group",
        row_title=words("Dòng", "Row"),
        max_rows=3,
        fields=[
            question("row_name", "name", required=True),
            question("row_done", "checkbox"),
            question("row_why", "text", required=True, visible_when={"eq": ["row_done", True]}),
        ],
    ),
]
BORN = [
    question("born", "date", check={"not_future": True}),
    question("gender", "choice", options_from="gender"),
]


def everything() -> FormSchema:
    fields = [EVERYTHING[0], *BORN, *EVERYTHING[1:]]
    owner = {"name": "full_name", "id_number": "number", "phone": "phone", "address": ["address", "commune"]}
    return schema(*fields, owner=owner)


GOOD: dict[str, Any] = {
    "full_name": " Nguyễn  Văn An ",
    "born": "01/02/1990",
    "gender": "male",
    "number": "001 090 012 345",
    "tax": "0100109106",
    "year": "1990",
    "phone": "+84 912 345 678",
    "email": "an@example.vn",
    "colour": "blue",
    "colours": ["red"],
    "agreed": "on",
    "count": "3",
    "money": "200.000.000 đ",
    "commune": "00004",
    "country": "LA",
    "ethnicity": "01",
}
