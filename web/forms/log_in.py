"""Who is it, and for how long?"""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

FIELDS = ("username", "password")


class LogInForm(AuthenticationForm):
    """E-mail, password, and whether this device is remembered; one sentence for every refusal."""

    stay = forms.BooleanField(required=False, initial=True)

    error_messages = {
        # The same words for an unknown address, a wrong password and a log-in that is switched off.
        "invalid_login": _("E-mail and password do not belong together. Check both; capitals count in the password."),
        "inactive": _("E-mail and password do not belong together. Check both; capitals count in the password."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email, password = (self.fields[name] for name in FIELDS)
        email.label = _("E-mail")
        email.widget = forms.EmailInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "maxlength": 254}
        )
        email.error_messages["required"] = _("Enter the e-mail address of your log-in.")
        password.label = _("Password")
        password.error_messages["required"] = _("Enter your password.")
        for name in FIELDS:
            self.fields[name].widget.attrs["required"] = True
        self._focus_first_gap()

    def _focus_first_gap(self) -> None:
        wanted = "password" if self.is_bound and self.data.get("username") else "username"
        for name in FIELDS:
            self.fields[name].widget.attrs.pop("autofocus", None)
        self.fields[wanted].widget.attrs["autofocus"] = True

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).strip().lower()
