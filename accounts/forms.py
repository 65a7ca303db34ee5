"""The forms around a log-in, in our words; what they check is the library's."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as second
from allauth.mfa.totp import forms as totp
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, Role, Workspace

LABELS = {
    "login": _("E-mail"),
    "email": _("E-mail"),
    "password": _("Password"),
    "oldpassword": _("Current password"),
    "password1": _("New password"),
    "password2": _("New password again"),
    "code": _("Code"),
}
MISSING = {
    "login": _("Enter the e-mail address of your log-in."),
    "email": _("Enter the e-mail address of your log-in."),
    "password": _("Enter your password."),
    "code": _("Enter the code."),
}
# Longer than any address or code, and than any password the hash should be fed.
MOST_LETTERS = {"login": 254, "email": 254, "code": 40}
MOST_LETTERS_OF_A_PASSWORD = 1000
PASSWORDS = {"password", "oldpassword", "password1", "password2"}


def word(form: forms.BaseForm) -> None:
    """Labels, limits and the first field in focus; placeholders go, for they are no labels."""
    for name, field in form.fields.items():
        attrs = field.widget.attrs
        attrs.pop("placeholder", None)
        if not isinstance(field, forms.CharField):
            continue
        most = MOST_LETTERS.get(name, MOST_LETTERS_OF_A_PASSWORD)
        field.label = LABELS.get(name, field.label)
        field.help_text = ""
        field.error_messages["required"] = MISSING.get(name, _("Fill this in."))
        field.validators.append(MaxLengthValidator(most))
        attrs |= {"required": True, "maxlength": most}
        if name in ("login", "email"):
            attrs |= {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        if name == "code":
            attrs |= {"autocapitalize": "none", "spellcheck": "false"}
    focus(form)


def focus(form: forms.BaseForm) -> None:
    """Begin in the first field that is empty."""
    names = [name for name, field in form.fields.items() if isinstance(field, forms.CharField)]
    empty = [name for name in names if not (form.is_bound and name not in PASSWORDS and form.data.get(name))]
    for name in (empty or names)[:1]:
        form.fields[name].widget.attrs["autofocus"] = True


class Worded(forms.BaseForm):
    """A form of the library in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        word(self)


class ResetPasswordForm(Worded, account.ResetPasswordForm):
    """Who has forgotten the password?"""


class ResetPasswordKeyForm(Worded, account.ResetPasswordKeyForm):
    """The new password, twice."""


class ChangePasswordForm(Worded, account.ChangePasswordForm):
    """The current password, and the new one twice."""


class ReauthenticateForm(Worded, account.ReauthenticateForm):
    """The password again, before something that matters."""


class CodeForm(Worded, second.AuthenticateForm):
    """The second step: a code from the app, or a recovery code."""


class CodeAgainForm(Worded, second.ReauthenticateForm):
    """A code again, before something that matters."""


class ActivateTOTPForm(Worded, totp.ActivateTOTPForm):
    """The first code of a new app shows that it was set up well."""


class RoleForm(forms.Form):
    """A role, and the workspaces of a client."""

    role = forms.ChoiceField(choices=Role.choices, label=_("Role"), initial=Role.ANALYST)

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["workspaces"] = forms.ModelMultipleChoiceField(
            queryset=Workspace.objects.filter(agency=agency), required=False
        )


class InviteForm(RoleForm):
    """Whom to invite."""

    email = forms.EmailField(max_length=254, label=_("E-mail"))

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class AcceptForm(forms.Form):
    """The name and password of somebody new."""

    name = forms.CharField(max_length=120, label=_("Your name"))
    password = forms.CharField(
        max_length=MOST_LETTERS_OF_A_PASSWORD,
        strip=False,
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        validate_password(self.cleaned_data["password"])
        return str(self.cleaned_data["password"])
