"""Who is served first at a counter, or at home, and by which provision. Pure.

The laws of persons with disabilities, of older persons and of people with merit are of national force; the two last
grounds are practice of the reception points and are marked so, until the city names a provision.
"""

from __future__ import annotations

from dossiers.models import Ground

BASIS = {
    Ground.ELDERLY: "Luật Người cao tuổi số 39/2009/QH12",
    Ground.DISABLED: "Luật Người khuyết tật số 51/2010/QH12",
    Ground.MERIT: "Pháp lệnh Ưu đãi người có công với cách mạng số 02/2020/UBTVQH14",
    Ground.PREGNANT: "",
    Ground.ILL: "",
}


def basis_of(ground: str) -> str:
    """The provision of a ground; empty where it is practice and none is known."""
    return BASIS.get(Ground(ground), "") if ground else ""
