"""The faults the checks find, in the words of catalogue staff; the checks themselves speak English to developers."""

# ruff: noqa: E501

from __future__ import annotations

import re

from django.utils.translation import get_language

# Pattern of a fault -> Vietnamese sentence; groups of the pattern are %(0)s, %(1)s … English is the check itself.
_SENTENCES = (
    (r"Field required", "Chưa có."),
    (r"Extra inputs are not permitted", "Khóa này không có trong định dạng."),
    (r"Input should be a valid (\w+)", "Không đúng kiểu (%(0)s)."),
    (r"Input should be (greater|less) than( or equal to)? (\S+)", "Số nằm ngoài giới hạn %(2)s."),
    (r"Input should be '?(.+)'?", "Phải là một trong: %(0)s."),
    (r"String should have at least (\d+) characters?", "Phải có ít nhất %(0)s ký tự."),
    (r"String should have at most (\d+) characters?", "Không quá %(0)s ký tự."),
    (r"String should match pattern '(.+)'", "Không đúng dạng %(0)s."),
    (r"List should have at least (\d+) items? after validation, not (\d+)", "Phải có ít nhất %(0)s mục, đang có %(1)s."),
    (r"looks at '(\w+)', which is no earlier field", "Hỏi đến “%(0)s” nhưng không có câu nào đứng trước mang tên đó."),
    (r"asks about '(\w+)', which is no earlier field", "Hỏi đến “%(0)s” nhưng không có câu nào đứng trước mang tên đó."),
    (r"'(\w+)' is already used", "Tên “%(0)s” đã dùng cho câu khác."),
    (r"(.+) is no choice of '(\w+)'", "%(0)s không phải là lựa chọn của câu “%(1)s”."),
    (r"'(\w+)' is no field", "Không có câu nào tên “%(0)s”."),
    (r"'(\w+)' is no (?:integer )?field of the form", "Tờ khai không có câu “%(0)s” dùng được ở đây."),
    (r"two sections are named '(.+)'", "Hai phần cùng mã “%(0)s”."),
    (r"a choice needs either options or options_from", "Câu chọn cần các lựa chọn, hoặc một danh sách dùng chung, không phải cả hai."),
    (r"type (\w+) takes no options", "Kiểu này không có lựa chọn."),
    (r"two options have the same code", "Hai lựa chọn cùng mã."),
    (r"value belongs to a computed field, and a computed field needs one", "Chỉ giá trị tự tính có công thức, và phải có công thức."),
    (r"fields belong to a group, and a group needs some", "Chỉ nhóm lặp có câu bên trong, và phải có ít nhất một câu."),
    (r"a group needs a row_title", "Nhóm lặp cần tên một dòng."),
    (r"a regex needs a regex_message.*", "Cần câu báo bằng lời khi không khớp."),
    (r"type (\w+) cannot be required", "Kiểu này không thể bắt buộc."),
    (r"neither originals nor copies nor shown_only", "Cần số bản chính, số bản sao, hoặc chỉ xuất trình."),
    (r"two have the same code", "Hai mục cùng mã."),
    (r"they take (\d+) minutes, (\w+) allows (\d+) \(case (.+)\)", "Các bước cộng lại %(0)s phút, thời hạn %(1)s chỉ có %(2)s phút (trường hợp %(3)s)."),
    (r"those of case (.+) must go from receive to return", "Các bước phải đi từ tiếp nhận đến trả kết quả (trường hợp %(0)s)."),
    (r"those of case (.+) are not in the order of the handling", "Các bước không theo thứ tự giải quyết (trường hợp %(0)s)."),
    (r"'(.+)': only a verification asks a unit, is optional or pauses", "“%(0)s”: chỉ bước xác minh mới hỏi đơn vị khác, tùy chọn hoặc dừng tính hạn."),
    (r"city_time belongs to times that are not confirmed, and only to them", "Đánh dấu “thời hạn giải quyết áp dụng tại Hà Nội” khi và chỉ khi có thời hạn chưa xác nhận."),
    (r"say in the note whose time it is", "Ghi chú phải nói thời hạn này lấy từ đâu."),
    (r"the last tier, and only it, has no end", "Chỉ bậc cuối cùng để * (không giới hạn)."),
    (r"an example must name its case", "Mẫu kiểm tra phải chọn trường hợp."),
    (r"one asks for the unknown paper '(.+)'", "Một mẫu đòi giấy tờ không có mã “%(0)s”."),
    (r"(\w+) names the unknown case '(.+)'", "Có mục thuộc trường hợp không tồn tại “%(1)s”."),
    (r"asks '(.+)', which is no later question", "Dẫn tới câu “%(0)s” nhưng không có câu nào đứng sau mang mã đó."),
    (r"leads to the unknown case '(.*)'", "Dẫn tới trường hợp không tồn tại “%(0)s”."),
    (r"unknown template", "Mẫu này không có trong trang Mẫu giấy tờ."),
    (r"nobody is led to it", "Không câu trả lời nào dẫn tới câu hỏi này."),
    (r"no question leads to it", "Không câu hỏi nào dẫn tới trường hợp này."),
    (r"two choices have the same code", "Hai câu trả lời cùng mã."),
    (r"a choice leads to exactly one of ask, case, stop", "Chọn đúng một: hỏi tiếp, trường hợp, hoặc không làm thủ tục này."),
    (r"'(.*)' needs either a field or a text", "Dòng “%(0)s” cần một câu hoặc một câu chữ."),
    (r"unknown condition '(.+)'", "Không có phép so sánh “%(0)s”."),
    (r"(errors|warnings|gross|payable|papers|dropped): expected (.*), found (.*)", "%(0)s: phải là %(1)s, thực tế %(2)s."),
)  # fmt: skip
_KNOWN = tuple((re.compile(pattern), sentence) for pattern, sentence in _SENTENCES)


def said(message: str) -> str:
    """The fault in the language of the page; one nobody foresaw is quoted as the check words it."""
    if (get_language() or "vi").startswith("en"):
        return message
    for pattern, sentence in _KNOWN:
        if match := pattern.fullmatch(message):
            return sentence % {str(at): text for at, text in enumerate(match.groups())}
    return message
