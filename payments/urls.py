"""Addresses of money, under /thanh-toan/."""

from django.urls import path

from payments.views import callbacks, checkout, desk, incidents, receipts

app_name = "payments"

urlpatterns = [
    path("vnpay/thong-bao/", callbacks.ipn, name="ipn"),
    path("vnpay/ket-qua/", callbacks.return_page, name="return"),
    path("bien-lai/", receipts.listing, name="receipts"),
    path("bien-lai/<str:token>/", receipts.download, name="receipt"),
    path("lan/<str:reference>/", checkout.attempt, name="attempt"),
    path("lan/<str:reference>/hoi-lai/", checkout.ask_again, name="ask-again"),
    path("khoan/<str:code>/", checkout.panel, name="panel"),
    path("thu-ngan/", desk.overview, name="cash-desk"),
    path("thu-ngan/ca/mo/", desk.start_shift, name="open-shift"),
    path("thu-ngan/ca/<int:shift_id>/", desk.shift, name="shift"),
    path("thu-ngan/ho-so/<str:code>/", desk.collect, name="collect"),
    path("thu-ngan/ho-so/<str:code>/tien-thua/", desk.change, name="change"),
    path("viec/", incidents.listing, name="incidents"),
    path("viec/<int:incident_id>/", incidents.detail, name="incident"),
    path("viec/<int:incident_id>/hoan/", incidents.ask, name="ask-refund"),
    path("viec/<int:incident_id>/hoan/duyet/", incidents.decide, name="decide-refund"),
    path("<str:code>/", checkout.overview, name="checkout"),
    path("<str:code>/nop/", checkout.pay, name="pay"),
]
