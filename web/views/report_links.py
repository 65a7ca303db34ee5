"""What people without a log-in do with a report: say that they want it, or that they do not."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from reports.deliveries import recipients
from reports.deliveries.links import CONFIRM, UNSUBSCRIBE, find_recipient
from reports.ways_out.wearing import wear


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link of the question; looking at it says nothing yet, for mail programs look at links."""
    return _answer(request, CONFIRM, token)


# Mail programs post here by themselves when somebody presses their button (RFC 8058); the token is the proof.
@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind "Unsubscribe"; one press, or one POST, and it is done."""
    return _answer(request, UNSUBSCRIBE, token)


def _answer(request: HttpRequest, purpose: str, token: str) -> HttpResponse:
    found = find_recipient(purpose, token)
    if found is None:
        return render(request, "web/reports/link.html", {"purpose": purpose, "gone": True}, status=404)
    workspace, recipient = found
    page: dict[str, object] = {
        "purpose": purpose,
        "workspace_name": workspace.name,
        "agency": wear(workspace.agency).name,
        "email": recipient.email,
        "state": recipient.state,
    }
    if request.method == "POST":
        now = timezone.now()
        if purpose == UNSUBSCRIBE:
            recipients.unsubscribe(workspace, recipient.pk, now=now)
        elif not recipients.confirm(workspace, recipient.pk, now=now):
            return render(request, "web/reports/link.html", page | {"gone": True}, status=404)
        page["done"] = True
    return render(request, "web/reports/link.html", page)
