"""Procedure codes as people and spreadsheets write them. Pure."""

from __future__ import annotations

import re

CODE = re.compile(r"\d\.\d{6}")
_WITH_SUFFIX = re.compile(r"^(\d\.\d{6})[.\-][\w.\-]*$")
_DAMAGED = re.compile(r"^(\d)[.,]?(\d{1,6})$")


def meant(text: str) -> str:
    """The code a spelling stands for; "" when it is none.

    A number cell loses its trailing zeros ("2.00072", 2.00072 with a decimal comma) or its point ("2000720"); an
    agency's system appends its own code ("1.001193.000.00.00.H26").
    """
    code = "".join(text.split()).strip("/'\"")
    if CODE.fullmatch(code):
        return code
    if suffixed := _WITH_SUFFIX.match(code):
        return suffixed.group(1)
    if damaged := _DAMAGED.match(code):
        return f"{damaged.group(1)}.{damaged.group(2).ljust(6, '0')}"
    return ""
