"""Addresses of the account pages, under /tai-khoan/."""

from allauth.account import views as allauth_views
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView

from portal.accounts import views

own = [
    path("", views.profile, name="profile"),
    path("sau-dang-nhap/", views.after_sign_in, name="after-sign-in"),
]

to_profile = RedirectView.as_view(pattern_name="accounts:profile")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((own, "accounts"))),
    path("dang-nhap/", allauth_views.login, name="account_login"),
    path("dang-ky/", views.register_view, name="account_signup"),
    path("dang-xuat/", allauth_views.logout, name="account_logout"),
    path("bi-khoa/", allauth_views.account_inactive, name="account_inactive"),
    path("xac-nhan-mat-khau/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("mat-khau/doi/", allauth_views.password_change, name="account_change_password"),
    path("mat-khau/quen/", allauth_views.password_reset, name="account_reset_password"),
    path("mat-khau/quen/da-gui/", allauth_views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^mat-khau/dat-lai/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "mat-khau/dat-lai/xong/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    # Names allauth's own code may look up; the contact e-mail is changed on the profile page.
    path("thu-dien-tu/", to_profile, name="account_email"),
    path("thu-dien-tu/cho-xac-nhan/", to_profile, name="account_email_verification_sent"),
    path(
        "mat-khau/dat/",
        RedirectView.as_view(pattern_name="account_change_password"),
        name="account_set_password",
    ),
]
