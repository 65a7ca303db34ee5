"""Who is it, and for how long?"""

from typing import Any

from allauth.account.forms import LoginForm
from django.utils.translation import gettext_lazy as _

from accounts.forms import word


class LogInForm(LoginForm):
    """E-mail, password, and whether this device is remembered; one sentence for every refusal."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        word(self)
        self.fields["login"].error_messages["invalid"] = _("This is not an e-mail address.")
        self.fields["remember"].initial = True
