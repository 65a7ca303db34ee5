"""The addresses around a log-in, under the names by which the library looks for them; nobody signs up by themselves."""

from allauth.account import views as account
from allauth.mfa.base import views as second
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.urls import path, re_path

from accounts import views

urlpatterns = [
    path("log-in/code/", second.authenticate, name="mfa_authenticate"),
    path("log-in/again/", account.reauthenticate, name="account_reauthenticate"),
    path("log-in/again/code/", second.reauthenticate, name="mfa_reauthenticate"),
    path("log-in/not-open/", account.account_inactive, name="account_inactive"),
    path("e-mail/check/", account.email_verification_sent, name="account_email_verification_sent"),
    re_path(r"^e-mail/verify/(?P<key>[-:\w]+)/$", account.confirm_email, name="account_confirm_email"),
    path("password/", account.password_change, name="account_change_password"),
    path("password/forgotten/", account.password_reset, name="account_reset_password"),
    path("password/forgotten/sent/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/new/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("second-factor/", second.index, name="mfa_index"),
    path("second-factor/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("second-factor/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("second-factor/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("second-factor/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("agency/members/", views.my_agency, name="my-agency"),
    path("agency/<slug:agency>/members/", views.show_members, name="agency-members"),
    path("agency/<slug:agency>/members/invite/", views.invite, name="agency-invite"),
    path("agency/<slug:agency>/members/<int:member>/", views.change_role, name="agency-change-role"),
    path("agency/<slug:agency>/members/<int:member>/remove/", views.remove, name="agency-remove"),
    path("agency/<slug:agency>/invitations/<int:invitation>/withdraw/", views.withdraw, name="agency-withdraw"),
    path("invitation/<str:secret>/", views.take, name="invitation"),
]
