"""The way from a page to the chapter that tells about it."""

from django import template
from django.urls import reverse

from web.help import CHAPTERS

register = template.Library()


@register.simple_tag
def help_address(*sections: str) -> str:
    """Where the first of these sections that has a chapter is told about; empty where none has one."""
    chapter = next((CHAPTERS[section] for section in sections if section in CHAPTERS), None)
    return f"{reverse('guide', args=[chapter.guide])}#{chapter.anchor}" if chapter else ""
