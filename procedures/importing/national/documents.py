"""A record taken over into the document of a version (the format of `importing/configured_file.py`). Pure.

What the source told replaces what stands there; what stands there and agrees keeps its conditions, hints and layout. A
fee becomes a note: an amount without its rule and basis is never charged. What stays incomplete (a time without unit, a
paper without counts) is named by the check of the draft.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from portal.lib.text import fold
from procedures.importing.national.comparing import Part
from procedures.importing.national.records import Facts
from procedures.models import Channel

Document = dict[str, Any]


def taken(content: Document, facts: Facts, parts: Collection[str], note: str) -> Document:
    """The document with these parts (codes of `Part`) of a record; `note` says where they come from."""
    found: Document = {**content, "notes": [*content.get("notes", []), note]}
    if Part.DECISION in parts and facts.get("decision"):
        if found.get("decision") != facts["decision"]:
            found.pop("decision_date", None)  # that of the old decision
        found["decision"] = facts["decision"]
    if Part.BASIS in parts and facts.get("basis"):
        found["basis"] = list(facts["basis"])
    channels = facts.get("channels", {})
    if Part.TIME in parts and channels:
        found["times"] = _times(content.get("times", []), channels)
    if Part.FEE in parts:
        found["notes"] += _fee_notes(channels)
    if Part.PAPERS in parts and facts.get("papers"):
        found["papers"] = _papers(content.get("papers", []), facts["papers"])
    if Part.RESULTS in parts and facts.get("results"):
        found["results"] = _results(content.get("results", []), facts["results"])
    return found


def _times(known: list[Document], channels: dict[str, Any]) -> list[Document]:
    kept = [dict(time) for time in known if time["channel"] in channels]
    for channel, shown in channels.items():
        told = shown.get("time")
        rows = [time for time in kept if time["channel"] == channel]
        if told is None:
            if not rows:
                kept.append({"channel": channel})
            continue
        if any(_agrees(time, told) for time in rows):
            continue
        if rows and all(time.get("case") for time in rows):
            continue  # each case has a time of its own, which a single one cannot replace
        kept = [time for time in kept if time["channel"] != channel or time.get("case")]
        kept.append({"channel": channel, "value": told[0]} | ({"unit": told[1]} if told[1] else {}))
    return kept


def _agrees(time: Document, told: list[Any]) -> bool:
    same_day = time.get("unit") == "same_day" and told in ([1, ""], [1, "work_day"])
    return same_day or (time.get("value") == told[0] and (not told[1] or time.get("unit") == told[1]))


def _fee_notes(channels: dict[str, Any]) -> list[str]:
    found = []
    for channel, shown in channels.items():
        if shown.get("fee"):
            amounts = ", ".join(f"{amount:,}".replace(",", ".") for amount in shown["fee"])
            found.append(
                f"Nguồn ghi mức thu {Channel(channel).label.lower()}: {amounts} đồng; "
                "chưa chuyển thành quy tắc thu, cần căn cứ."
            )
    return found


def _papers(known: list[Document], told: list[list[Any]]) -> list[Document]:
    by_name: dict[str, list[Document]] = {}
    for paper in known:
        by_name.setdefault(fold(paper["name"]), []).append(paper)
    codes = {paper["code"] for paper in known}
    found: list[Document] = []
    for name, originals, copies in told:
        counts = {key: count for key, count in (("originals", originals), ("copies", copies)) if count}
        same = by_name.get(fold(name))
        if same:
            found += [_counted(paper, counts) for paper in same]
            continue
        code = _free(codes)
        codes.add(code)
        found.append({"code": code, "name": name, **counts})
    return found


def _counted(paper: Document, counts: dict[str, int]) -> Document:
    if not counts or paper.get("shown_only"):
        return dict(paper)
    return {key: value for key, value in paper.items() if key not in {"originals", "copies"}} | counts


def _free(codes: set[str]) -> str:
    return next(code for number in range(1, 10_000) if (code := f"giay-{number:02d}") not in codes)


def _results(known: list[Document], told: list[list[str]]) -> list[Document]:
    by_name = {fold(result["name"]): result for result in known}
    found = []
    for name, code in told:
        same = by_name.get(fold(name), {"name": name})
        found.append(same | ({"code": code} if code else {}))
    return found
