"""Answers of the national services and spreadsheets as they come."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from procedures.models import Procedure
from tests.factories import dossiers as make

KENH = {"counter": "1", "online": "2", "post": "3"}


def service(*rows: Any) -> bytes:
    """An envelope of LayThuTuc."""
    return json.dumps({"error_code": "0", "result": list(rows)}, ensure_ascii=False).encode()


def extract() -> dict[str, Any]:
    """A procedure that differs from what is published: other papers, a bare time at the counter."""
    return {
        "MATTHC": make.EXTRACT,
        "TENTTHC": Procedure.objects.get(code=make.EXTRACT).title,
        "LINHVUCTHUCHIEN": [{"MALINHVUC": "G15-HT08", "TENLINHVUC": "Hộ tịch (Bộ Tư pháp)"}],
        "CACHTHUCTHUCHIEN": [
            {
                "KENH": "2",
                "THOIGIAN": [
                    {
                        "THOIGIANGIAIQUYET": "1",
                        "DONVITINH": "Ngày làm việc",
                        "PHILEPHI": [{"SOTIEN": "8,000", "DONVI": "Đồng"}],
                    }
                ],
            },
            {
                "KENH": "1",
                "THOIGIAN": [{"THOIGIANGIAIQUYET": "3", "DONVITINH": "", "PHILEPHI": [{"SOTIEN": "0"}]}],
            },
        ],
        "THANHPHANHOSO": [
            {
                "TRUONGHOP": "",
                "GIAYTO": [
                    {
                        "TENGIAYTO": "- Tờ khai cấp bản sao trích lục hộ tịch",
                        "SOBANCHINH": "1",
                        "SOBANSAO": "0",
                    },
                    {"TENGIAYTO": "Văn bản ủy quyền", "SOBANCHINH": "0", "SOBANSAO": "1"},
                ],
            }
        ],
        "KETQUATHUCHIEN": [{"MAKETQUA": "KQ.G15.000342", "TENKETQUA": "Bản sao trích lục hộ tịch"}],
        "CANCUPHAPLY": [{"SOVANBAN": "60/2014/QH13"}, {"SOVANBAN": "123/2015/NĐ-CP"}],
        "DOITUONGTHUCHIEN": "Công dân Việt Nam",
    }


def same(code: str) -> dict[str, Any]:
    """A procedure as it is published, by the little the service says of it here."""
    return {"MATTHC": code, "TENTTHC": Procedure.objects.get(code=code).title}


def portal() -> dict[str, Any]:
    """A detail of the portal's own service."""
    return {
        "code": "1.001193",
        "name": "Thủ tục đăng ký khai sinh",
        "isWard": True,
        "isProvince": False,
        "categoriesDetails": [{"name": "Hộ tịch"}],
        "departmentsExecuting": [{"name": "Uỷ ban nhân dân cấp xã"}],
        "procedureProposal": {"proposalNumber": "163/QĐ-BTP"},
        "executionMethods": [
            {
                "submissionMethod": "ONLINE",
                "processingTime": 5,
                "processingTimeUnit": "WORKING_DAY",
                "fees": [],
            },
            {
                "submissionMethod": "POSTAL",
                "processingTime": 24,
                "processingTimeUnit": "HOUR",
                "fees": [{"type": "FEE", "value": 30000}],
            },
        ],
        "executionCases": [
            {
                "profileComponents": [
                    {"name": "Giấy chứng sinh", "originalQty": 1, "copyQty": 0, "required": True}
                ]
            }
        ],
        "resultsDetails": [{"code": "KQ.G15.000031", "name": "Giấy khai sinh"}],
        "legalBasisesDetails": [{"number": "60/2014/QH13"}],
    }


def csv_of(rows: list[list[Any]]) -> bytes:
    """A CSV with semicolons."""
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows)
    return out.getvalue().encode("utf-8-sig")
