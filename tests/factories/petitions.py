"""Petitions by the real action."""

from __future__ import annotations

import uuid
from typing import Any

from dossiers.actions.petitions import Sender, submit
from dossiers.models import Petition
from tests.cast import Cast
from tests.factories.dossiers import pdf

ANH = Sender("Nguyễn Thị Ngọc Ánh", "0987654321", "Số 1 phố Thử Nghiệm", "anh@example.org")


def sent(cast: Cast, **more: Any) -> Petition:
    """A petition of the citizen about the office, with one file."""
    values: dict[str, Any] = {
        "by": cast.citizen,
        "sender": ANH,
        "unit": cast.office.unit,
        "category": "extra_paper",
        "text": "Bị đòi thêm sổ hộ khẩu.",
        "client_key": uuid.uuid4(),
        "given": [pdf()],
    }
    return submit(**{**values, **more})
