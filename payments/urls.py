"""Addresses of money, under /thanh-toan/."""

from django.urls import path

from payments.views import (
    accounts,
    callbacks,
    checkout,
    days,
    desk,
    incidents,
    receipts,
    refunds,
    slips,
    statements,
)

app_name = "payments"

urlpatterns = [
    path("vnpay/thong-bao/", callbacks.ipn, name="ipn"),
    path("vnpay/ket-qua/", callbacks.return_page, name="return"),
    path("quoc-gia/thong-bao/", callbacks.national_notice, name="national-notice"),
    path("quoc-gia/ket-qua/", callbacks.national_return, name="national-return"),
    path("bien-lai/", receipts.listing, name="receipts"),
    path("bien-lai/<str:token>/", receipts.download, name="receipt"),
    path("lan/<str:reference>/", checkout.attempt, name="attempt"),
    path("lan/<str:reference>/hoi-lai/", checkout.ask_again, name="ask-again"),
    path("khoan/<str:code>/", checkout.panel, name="panel"),
    path("thu-ngan/", desk.overview, name="cash-desk"),
    path("thu-ngan/ca/mo/", desk.start_shift, name="open-shift"),
    path("thu-ngan/ca/<int:shift_id>/", desk.shift, name="shift"),
    path("thu-ngan/ca/<int:shift_id>/nhan/", days.confirm, name="confirm-shift"),
    path("thu-ngan/ca/<int:shift_id>/bang-ke/", days.shift_sheet, name="shift-sheet"),
    path("thu-ngan/ngay/<str:unit_code>/<str:day>/", days.day, name="desk-day"),
    path("thu-ngan/ngay/<str:unit_code>/<str:day>/bang-ke/", days.day_paper, name="day-sheet"),
    path("thu-ngan/ho-so/<str:code>/", desk.collect, name="collect"),
    path("thu-ngan/ho-so/<str:code>/tien-thua/", desk.change, name="change"),
    path("tai-khoan/", accounts.board, name="accounts"),
    path("tai-khoan/don-vi/<str:unit_code>/", accounts.unit, name="account-unit"),
    path("tai-khoan/<int:account_id>/duyet/", accounts.decide, name="decide-account"),
    path("tai-khoan/<int:account_id>/doi-chieu/", accounts.verify, name="verify-account"),
    path("phieu/<str:code>/", slips.slip, name="slip"),
    path("sao-ke/", statements.lines, name="lines"),
    path("sao-ke/nap/", statements.upload, name="import-statement"),
    path("sao-ke/tep/<int:statement_id>/", statements.statement, name="statement"),
    path("sao-ke/dong/<int:line_id>/", statements.line, name="line"),
    path("sao-ke/dong/<int:line_id>/khong-phai/", statements.set_aside, name="set-line-aside"),
    path("viec/", incidents.listing, name="incidents"),
    path("viec/<int:incident_id>/", incidents.detail, name="incident"),
    path("hoan/", refunds.listing, name="refunds"),
    path("hoan/khoan/<str:reference>/", refunds.payment, name="refunds-of"),
    path("hoan/<int:refund_id>/duyet/", refunds.decide, name="decide-refund"),
    path("hoan/<int:refund_id>/chi/", refunds.pay, name="pay-refund"),
    path("<str:code>/", checkout.overview, name="checkout"),
    path("<str:code>/nop/", checkout.pay, name="pay"),
]
