"""All addresses of the portal."""

from django.urls import URLPattern, URLResolver, include, path

from portal import design, views
from portal.accounts.views import support_points

handler400 = "portal.views.bad_request"
handler403 = "portal.views.permission_denied"
handler404 = "portal.views.not_found"
handler500 = "portal.views.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("ngon-ngu/", views.set_language, name="set-language"),
    path("thiet-ke/", design.page, name="design"),
    path("diem-ho-tro/", support_points, name="support-points"),
    path("tai-khoan/", include("portal.accounts.urls")),
    path("thanh-toan/", include("payments.urls")),
]
