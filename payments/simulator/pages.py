"""The pay page: what the payer sees at the gateway."""

from __future__ import annotations

from html import escape
from typing import Any

TEXTS = {
    "vn": {
        "title": "Cổng thanh toán mô phỏng",
        "note": "Cổng này dùng để thử nghiệm theo giao thức VNPAY 2.1.0. Không có tiền thật nào được chuyển.",
        "amount": "Số tiền",
        "order": "Mã giao dịch",
        "info": "Nội dung",
        "bank": "Chọn thẻ",
        "card": "Thẻ nội địa NCB 9704 **** 2198",
        "visa": "Thẻ quốc tế VISA **** 0014",
        "success": "Thanh toán",
        "fail": "Thanh toán bằng thẻ không đủ số dư",
        "cancel": "Hủy giao dịch",
        "done": "Giao dịch này đã được xử lý.",
        "back": "Trở về trang của đơn vị thu",
        "refused": "Yêu cầu thanh toán bị từ chối",
        "03": "Dữ liệu gửi sang không đúng định dạng.",
        "70": "Sai chữ ký.",
        "72": "Không tìm thấy đơn vị chấp nhận thanh toán.",
        "error": "Cổng thanh toán gặp lỗi",
        "error_note": "Nếu tài khoản đã bị trừ tiền, kết quả sẽ được gửi tới đơn vị thu.",
    },
    "en": {
        "title": "Simulated payment gateway",
        "note": "This gateway is for trials over the VNPAY 2.1.0 protocol. No real money is moved.",
        "amount": "Amount",
        "order": "Transaction code",
        "info": "For",
        "bank": "Choose a card",
        "card": "Domestic card NCB 9704 **** 2198",
        "visa": "International card VISA **** 0014",
        "success": "Pay",
        "fail": "Pay with a card without enough money",
        "cancel": "Cancel",
        "done": "This transaction has been handled.",
        "back": "Back to the collecting unit",
        "refused": "The payment request was refused",
        "03": "The data sent has the wrong format.",
        "70": "Wrong signature.",
        "72": "Merchant not found.",
        "error": "The gateway has a fault",
        "error_note": "If your account was debited, the result will be sent to the collecting unit.",
    },
}

STYLE = """
*{box-sizing:border-box}body{margin:0;background:#eef1f6;color:#1b2330;font:1rem/1.5 system-ui,sans-serif}
main{max-width:30rem;margin:0 auto;padding:1rem}h1{font-size:1.25rem;margin:.5rem 0}
.note{background:#fff6dd;border-left:4px solid #b7791f;padding:.75rem;margin:0 0 1rem}
.card{background:#fff;border-radius:.5rem;padding:1rem;margin-bottom:1rem;border:1px solid #d5dbe6}
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin:0}dt{color:#4b5768}
dd{margin:0;text-align:right;overflow-wrap:anywhere}
.sum{font-size:1.375rem;font-weight:700}fieldset{border:0;padding:0;margin:0 0 1rem}
legend{font-weight:600;margin-bottom:.5rem}label{display:flex;gap:.5rem;align-items:center;min-height:2.75rem}
input{width:1.25rem;height:1.25rem}
button,a.button{display:block;width:100%;min-height:2.75rem;padding:.5rem 1rem;
margin-top:.75rem;border-radius:.375rem;border:1px solid #1f4b99;background:#fff;color:#1f4b99;font:inherit;
text-align:center;text-decoration:none;cursor:pointer}button.main{background:#1f4b99;color:#fff;font-weight:600}
:focus-visible{outline:3px solid #b7791f;outline-offset:2px}
"""


def _page(locale: str, heading: str, body: str) -> str:
    lang = "en" if locale == "en" else "vi"
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width, initial-scale=1"><title>{escape(heading)}</title>'
        f"<style>{STYLE}</style>"
        f'</head><body><main><h1>{escape(heading)}</h1><p class="note">{escape(_texts(locale)["note"])}</p>'
        f"{body}</main></body></html>"
    )


def _texts(locale: str) -> dict[str, str]:
    return TEXTS.get(locale, TEXTS["vn"])


def _summary(order: dict[str, Any], texts: dict[str, str]) -> str:
    amount = f"{int(order['fields']['vnp_Amount']) // 100:,}".replace(",", ".")
    return (
        f'<div class="card"><dl><dt>{texts["amount"]}</dt><dd class="sum">{amount} VND</dd>'
        f"<dt>{texts['order']}</dt><dd>{escape(order['reference'])}</dd>"
        f"<dt>{texts['info']}</dt><dd>{escape(order['fields']['vnp_OrderInfo'])}</dd></dl></div>"
    )


def pay_page(order: dict[str, Any]) -> str:
    """The choices for an open order."""
    locale = order["fields"]["vnp_Locale"]
    texts = _texts(locale)
    return _page(
        locale,
        texts["title"],
        f'{_summary(order, texts)}<form class="card" method="post" action="/paymentv2/pay">'
        f'<input type="hidden" name="reference" value="{escape(order["reference"])}">'
        f"<fieldset><legend>{texts['bank']}</legend>"
        f'<label><input type="radio" name="bank" value="NCB" checked> {texts["card"]}</label>'
        f'<label><input type="radio" name="bank" value="VISA"> {texts["visa"]}</label></fieldset>'
        f'<button class="main" name="choice" value="success">{texts["success"]}</button>'
        f'<button name="choice" value="fail">{texts["fail"]}</button>'
        f'<button name="choice" value="cancel">{texts["cancel"]}</button></form>',
    )


def done_page(order: dict[str, Any], back: str) -> str:
    """An order that was handled before."""
    locale = order["fields"]["vnp_Locale"]
    texts = _texts(locale)
    return _page(
        locale,
        texts["done"],
        f'{_summary(order, texts)}<a class="button" href="{escape(back)}">{texts["back"]}</a>',
    )


def refused_page(code: str, locale: str) -> str:
    """A pay request the gateway does not take."""
    texts = _texts(locale)
    return _page(locale, texts["refused"], f'<p class="card">{texts[code]} ({code})</p>')


def error_page(locale: str) -> str:
    """The accident "answers 500 after having paid"."""
    texts = _texts(locale)
    return _page(locale, texts["error"], f'<p class="card">{texts["error_note"]}</p>')
