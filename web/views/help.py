"""The guides, for everybody who is logged in."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from web.guides import read_guide
from web.help import GUIDES, IDEAS, PEOPLE, TASKS


@login_required
@require_safe
def show_guides(request: HttpRequest) -> HttpResponse:
    """The list of all guides, by person, task and idea."""
    page = {"people": PEOPLE, "tasks": TASKS, "ideas": IDEAS, "section": "help"}
    return _keep_private(render(request, "web/help/list.html", page))


@login_required
@require_safe
def show_guide(request: HttpRequest, name: str) -> HttpResponse:
    """One guide."""
    guide = GUIDES.get(name)
    if guide is None:
        raise Http404
    try:
        page = read_guide(guide)
    except FileNotFoundError:
        raise Http404 from None
    return _keep_private(render(request, "web/help/guide.html", {"guide": guide, "page": page, "section": "help"}))


def _keep_private(answer: HttpResponse) -> HttpResponse:
    patch_cache_control(answer, private=True)
    return answer
