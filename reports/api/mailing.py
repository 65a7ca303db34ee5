"""The Monday mail over HTTP: its schedule, the weeks that were told with their frozen figures, and every letter."""

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.asking import PAGE, read_body
from accounts.api.pages import answer_page
from accounts.api.views import WorkspaceRequest, WorkspaceView
from attribution.core.solved import MODELS
from reports.deliveries.schedules import Wish, find_schedule, save_schedule
from reports.models import MOST_WORDS, Delivery, Edition, Schedule

MAX_ID = 2**63 - 1


class ScheduleSerializer(serializers.Serializer[Any]):
    """When the weekly report is mailed, in the workspace's time zone, and what it is about."""

    is_on = serializers.BooleanField()
    weekday = serializers.IntegerField(min_value=0, max_value=6, help_text="Monday is 0.")
    hour = serializers.IntegerField(min_value=0, max_value=23)
    goal = serializers.IntegerField(
        min_value=1, max_value=MAX_ID, allow_null=True, default=None, help_text="null: the workspace's first goal."
    )
    model = serializers.ChoiceField(choices=list(MODELS), default="linear")
    words = serializers.CharField(
        max_length=MOST_WORDS,
        allow_blank=True,
        default="",
        help_text="Your own sentences, under the finding of every report.",
    )
    next_due_at = serializers.DateTimeField(read_only=True, allow_null=True)


@extend_schema_field(OpenApiTypes.OBJECT)
class FiguresField(serializers.JSONField):
    """A frozen report, as mail, text, PDF and page show it."""


class EditionSerializer(serializers.Serializer[Any]):
    """One week's report; while it is held back there are no figures, and `held_back` says why."""

    id = serializers.IntegerField()
    start = serializers.DateField()
    end = serializers.DateField()
    due_at = serializers.DateTimeField()
    made_at = serializers.DateTimeField(allow_null=True)
    subject = serializers.CharField(allow_blank=True)
    held_back = serializers.CharField(allow_blank=True)
    figures = FiguresField(allow_null=True)


class EditionPageSerializer(serializers.Serializer[Any]):
    """Editions by ascending id."""

    results = EditionSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class LetterSerializer(serializers.Serializer[Any]):
    """One letter: due, sending, sent, failed, held_back, unknown (a person has to ask) or skipped."""

    id = serializers.IntegerField()
    report = serializers.IntegerField()
    start = serializers.DateField()
    email = serializers.EmailField()
    state = serializers.CharField()
    attempts = serializers.IntegerField()
    next_try_at = serializers.DateTimeField(allow_null=True)
    sent_at = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField(allow_blank=True)


class LetterPageSerializer(serializers.Serializer[Any]):
    """Letters by ascending id."""

    results = LetterSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class ReportScheduleView(WorkspaceView):
    """When the weekly report is mailed."""

    @extend_schema(operation_id="report_schedule_get", responses=ScheduleSerializer, tags=["weekly mail"])
    def get(self, request: WorkspaceRequest, workspace: str) -> Response:
        return Response(show_schedule(find_schedule(request.workspace)))

    @extend_schema(
        operation_id="report_schedule_put",
        request=ScheduleSerializer,
        responses=ScheduleSerializer,
        tags=["weekly mail"],
    )
    def put(self, request: WorkspaceRequest, workspace: str) -> Response:
        given = read_body(ScheduleSerializer(data=request.data))
        wish = Wish(
            is_on=given["is_on"],
            weekday=given["weekday"],
            hour=given["hour"],
            goal_id=given["goal"],
            model=given["model"],
            words=given["words"],
        )
        return Response(show_schedule(save_schedule(request.workspace, wish, now=timezone.now())))


class WeeklyReportsView(WorkspaceView):
    """The weeks that were told, with the figures as they were sent."""

    @extend_schema(
        operation_id="weekly_reports_list", parameters=PAGE, responses=EditionPageSerializer, tags=["weekly mail"]
    )
    def get(self, request: WorkspaceRequest, workspace: str) -> Response:
        return answer_page(request, Edition.objects.of(request.workspace), show_edition)


class ReportLettersView(WorkspaceView):
    """What became of each letter."""

    @extend_schema(
        operation_id="report_letters_list", parameters=PAGE, responses=LetterPageSerializer, tags=["weekly mail"]
    )
    def get(self, request: WorkspaceRequest, workspace: str) -> Response:
        return answer_page(request, Delivery.objects.of(request.workspace), show_letter)


def show_schedule(schedule: Schedule) -> dict[str, Any]:
    """The shape of ScheduleSerializer."""
    return {
        "is_on": schedule.is_on,
        "weekday": schedule.weekday,
        "hour": schedule.hour,
        "goal": schedule.goal_id,
        "model": schedule.model,
        "words": schedule.words,
        "next_due_at": schedule.next_due_at,
    }


def show_edition(edition: Edition) -> dict[str, Any]:
    """The shape of EditionSerializer."""
    return {
        "id": edition.pk,
        "start": edition.start,
        "end": edition.end,
        "due_at": edition.due_at,
        "made_at": edition.made_at,
        "subject": edition.subject,
        "held_back": edition.reason,
        "figures": edition.figures,
    }


def show_letter(letter: Delivery) -> dict[str, Any]:
    """The shape of LetterSerializer."""
    return {
        "id": letter.pk,
        "report": letter.edition_id,
        "start": letter.start,
        "email": letter.email,
        "state": letter.state,
        "attempts": letter.attempts,
        "next_try_at": letter.next_try_at,
        "sent_at": letter.sent_at,
        "error": letter.error,
    }
