"""Coming in, going out, and how the pages look to this browser."""

from allauth.account.views import LoginView
from django.contrib.auth import views
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from web.forms.log_in import LogInForm
from web.theme import COOKIE, COOKIE_SECONDS, THEMES


class LogIn(LoginView):
    """Ask for e-mail and password, then for the code of those who have a second factor."""

    form_class = LogInForm
    template_name = "accounts/log_in.html"

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        # Not 401: a browser would open its own box for a password.
        return self.render_to_response(self.get_context_data(form=form), status=422)


log_in = LogIn.as_view()
log_out = views.LogoutView.as_view(next_page="log-in")


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep light, dark or system in a cookie and go back to the page; scripts do the same without a round trip."""
    answer = HttpResponseRedirect(_own_address(request, request.POST.get("next", "")))
    theme = request.POST.get("theme")
    if theme in THEMES:
        answer.set_cookie(COOKIE, theme, max_age=COOKIE_SECONDS, samesite="Lax", secure=request.is_secure())
    else:
        answer.delete_cookie(COOKIE, samesite="Lax")
    return answer


def _own_address(request: HttpRequest, wanted: str) -> str:
    hosts = {request.get_host()}
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=hosts, require_https=request.is_secure()):
        return wanted
    return resolve_url("home")
