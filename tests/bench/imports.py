"""The whole catalogue out and in: exports, and one national file imported twice.

    DATABASE_URL=postgresql://… python tests/bench/imports.py [FILE]

DATABASE_URL names a database with the catalogue loaded; everything happens in a transaction that is rolled back, and
files go to a folder that is removed. Without FILE the file is our own catalogue as the service LayThuTuc answers it
(2,089 procedures), with one paper in ten renamed, so that there is something to find. Prints seconds, sizes, changes.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.chdir(ROOT)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.db import transaction  # noqa: E402

from procedures import exporting  # noqa: E402
from procedures.actions.imports import compare, receive  # noqa: E402
from procedures.models import ImportState, ItemKind, TimeUnit  # noqa: E402
from procedures.open_data import everything  # noqa: E402

KENH = {"counter": "1", "online": "2", "post": "3"}


def timed(name: str, work: Callable[[], Any]) -> Any:
    """Do it, print the seconds."""
    start = time.perf_counter()
    result = work()
    print(f"{name:<44}{time.perf_counter() - start:8.1f} s")
    return result


def national() -> bytes:
    """Our catalogue as LayThuTuc would answer it, every tenth paper under another name."""
    rows = [_row(one) for one in everything()]
    return json.dumps({"error_code": "0", "result": rows}, ensure_ascii=False).encode()


def _row(one: dict[str, Any]) -> dict[str, Any]:
    ways = []
    for limit in one["time_limits"]:
        unit = "" if limit["unit"] == "unknown" else str(TimeUnit(limit["unit"]).label)
        fees = [{"SOTIEN": str(amount), "DONVI": "Đồng"} for amount in limit["fee_vnd"]]
        time_told = {"THOIGIANGIAIQUYET": f"{limit['time'] or 0:g}", "DONVITINH": unit, "PHILEPHI": fees}
        ways.append({"KENH": KENH[limit["channel"]], "THOIGIAN": [time_told]})
    papers = [
        {
            "TENGIAYTO": paper["name"] + (" (mẫu mới)" if (number + len(one["code"])) % 10 == 0 else ""),
            "SOBANCHINH": str(paper["originals"]),
            "SOBANSAO": str(paper["copies"]),
        }
        for number, paper in enumerate(one["papers"])
    ]
    return {
        "MATTHC": one["code"],
        "TENTTHC": one["official_title"],
        "LINHVUCTHUCHIEN": [{"TENLINHVUC": one["field"]}],
        "CACHTHUCTHUCHIEN": ways,
        "THANHPHANHOSO": [{"TRUONGHOP": "", "GIAYTO": papers}],
        "KETQUATHUCHIEN": [
            {"TENKETQUA": each["name"], "MAKETQUA": each["code"]} for each in one["result_kinds"]
        ],
        "CANCUPHAPLY": [{"SOVANBAN": act} for act in one["legal_basis"]],
    }


def take_in(name: str, data: bytes) -> None:
    """One import from the bytes to the last comparison."""

    def work() -> Any:
        source = receive(by=None, name=name, data=data, ask=False)
        while source.state == ImportState.RUNNING:
            source = compare(import_id=source.pk)
        return source

    source = timed(name, work)
    kinds = Counter(source.items.values_list("kind", flat=True))
    found = ", ".join(f"{kinds[kind]} {kind.value}" for kind in ItemKind if kind != ItemKind.WAITING)
    faults = Counter(source.faults.values_list("kind", flat=True))
    print(f"    {source.total} procedures: {found}; lines told: {dict(faults)}")


def main() -> None:
    """Everything once, nothing kept."""
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        settings.FILES_ROOT = folder
        book = timed("export as XLSX", exporting.as_workbook)
        text = timed("export as JSON", lambda: "".join(exporting.as_json()).encode())
        print(f"    {len(book) / 1e6:.1f} MB, {len(text) / 1e6:.1f} MB")
        data = Path(sys.argv[1]).read_bytes() if len(sys.argv) > 1 else national()
        print(f"    national file: {len(data) / 1e6:.1f} MB")
        take_in("first import", data)
        take_in("second import of the same file", data)
        take_in("our own JSON back in", text)
        take_in("our own XLSX back in", book)
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
