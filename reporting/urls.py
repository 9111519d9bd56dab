"""Addresses of the figures."""

from django.urls import path

from reporting.views import boards, lists

app_name = "reporting"
urlpatterns = [
    path("", boards.city, name="city"),
    path("don-vi/<str:code>/", boards.unit, name="unit"),
    path("danh-sach/", lists.behind_number, name="list"),
    path("danh-sach/csv/", lists.behind_number_csv, name="list-csv"),
    path("dinh-nghia/", boards.definitions, name="definitions"),
]
