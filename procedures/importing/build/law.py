"""What the law settles where the national catalogue is silent: units of time, free procedures, national amounts.

Each value was checked against the act named beside it; nothing that only Hanoi decides stands here.
"""

from __future__ import annotations

# Civil status and certification (Luật Hộ tịch 60/2014/QH13; NĐ 123/2015/NĐ-CP; NĐ 23/2015/NĐ-CP; TT 04/2020/TT-BTP):
# the catalogue prints a bare 1, 3 or 5, or nothing. "same_day" means within the working day, the next one when
# filed after 15:00. Household businesses and cooperatives: NĐ 168/2025/NĐ-CP, NĐ 92/2024/NĐ-CP.
_SAME_DAY = (
    "1.001193 1.000894 1.000656 2.000635 2.000528 1.001766 2.000547 2.000815 2.000884"
    " 2.000992 2.001008 2.000927 2.000942"
)
_WORK_DAYS = {
    1: "2.000908",
    2: "1.004845",
    3: "1.001022 1.000689 1.004837 3.000323 1.004859 1.004873 2.000748 1.001612 2.000720 1.001570 1.001266 2.000575 "
    "1.014034 1.014035 2.002637 2.002639 2.002642 1.005277 1.004982",
    5: "1.004884 1.004772 1.004746 1.005461 1.003583 1.000593 1.000419 2.000522 2.002189 2.000554 2.001255",
}

TIMES: dict[str, tuple[int, str]] = dict.fromkeys(_SAME_DAY.split(), (1, "same_day"))
TIMES |= {code: (days, "work_day") for days, codes in _WORK_DAYS.items() for code in codes.split()}

# Free by law: domestic marriage, guardianship and its supervision (Luật Hộ tịch 60/2014/QH13, art. 11).
FREE = frozenset({"1.000894", "1.004837", "1.004845", "3.000322", "3.000323"})

# Amounts set for the whole country, in VND: certification TT 226/2016/TT-BTC; civil-status extracts
# TT 281/2016/TT-BTC; residence TT 75/2022/TT-BTC; adoption NĐ 114/2016/NĐ-CP.
_EVERY_CHANNEL = {
    "2.000815": [2_000, 1_000, 200_000],
    "2.000942": [2_000, 1_000, 200_000],
    "2.000884": [10_000],
    "2.000992": [10_000],
    "2.001008": [10_000],
    "2.000913": [30_000],
    "2.000927": [25_000],
    "2.001016": [50_000],
    "2.001019": [50_000],
    "2.001035": [50_000],
    "2.001406": [50_000],
    "2.000635": [8_000],
    "2.002516": [8_000],
    "2.001263": [400_000],
}
_BY_CHANNEL = {
    "1.004222": {"counter": [20_000], "online": [10_000]},
    "1.004194": {"counter": [15_000], "online": [7_000]},
    "1.010038": {"counter": [10_000], "online": [5_000]},
}


def national_fee(code: str, channel: str) -> list[int]:
    """Amounts of the Ministry of Finance or the Government for this channel; empty when there are none."""
    return _BY_CHANNEL.get(code, {}).get(channel, []) or _EVERY_CHANNEL.get(code, [])


# Rows of the police's field that the commune's People's Committee decides itself (NĐ 154/2024/NĐ-CP).
COMMUNE_DECIDES = frozenset({"1.013313", "1.013314"})

# What people ask for most, first in lists and a little ahead in searches.
POPULAR = [
    "1.001193",
    "1.000894",
    "2.000635",
    "2.000815",
    "1.001612",
    "1.004873",
    "1.000656",
    "2.000884",
    "1.004859",
    "1.004222",
    "1.004194",
    "2.000720",
    "1.013225",
    "1.001776",
    "1.014027",
    "1.013978",
    "1.010038",
    "1.004884",
    "2.001035",
    "1.001699",
    "1.001266",
    "1.001022",
    "2.002621",
    "2.001019",
]

# Titles too long to be read, shortened to the official words people know them by; the full title stays.
SHORT_TITLES = {
    "2.000815": "Chứng thực bản sao từ bản chính",
    "2.000884": "Chứng thực chữ ký",
    "2.000992": "Chứng thực chữ ký người dịch là cộng tác viên dịch thuật",
    "2.001008": "Chứng thực chữ ký người dịch không phải là cộng tác viên dịch thuật",
    "2.001035": "Chứng thực giao dịch về động sản, quyền sử dụng đất, nhà ở",
    "2.001406": "Chứng thực văn bản phân chia di sản",
}
# Certification is done by communes and by notaries (NĐ 23/2015/NĐ-CP, NĐ 280/2025/NĐ-CP); the source names one.
CERTIFIERS = "Ủy ban nhân dân cấp xã; tổ chức hành nghề công chứng"
