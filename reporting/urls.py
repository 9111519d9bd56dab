"""Addresses of the figures."""

from django.urls import path

from reporting.views import boards, lists, readings, targets

app_name = "reporting"
urlpatterns = [
    path("", boards.city, name="city"),
    path("don-vi/<str:code>/", boards.unit, name="unit"),
    path("danh-sach/", lists.behind_number, name="list"),
    path("danh-sach/csv/", lists.behind_number_csv, name="list-csv"),
    path("doi-chieu/", readings.compare, name="compare"),
    path("bieu-06/", readings.report, name="report06"),
    path("766/", readings.index, name="index766"),
    path("766/thu-tuc/", readings.procedures, name="procedures"),
    path("chot-so/", boards.sealed, name="sealed"),
    path("muc-tieu/", targets.listing, name="targets"),
    path("muc-tieu/moi/", targets.new, name="target-new"),
    path("muc-tieu/<int:pk>/quyet-dinh/", targets.decision, name="target-decision"),
    path("dinh-nghia/", boards.definitions, name="definitions"),
]
