"""The Celery app: queues, reliability settings, and the timetable as one table (what runs, when, why)."""

import os

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("headwater", amqp="config.broker:PromptBroker", include=["config.pulse", "config.logs"])
app.config_from_object("django.conf:settings", namespace="CELERY")

# PostgreSQL holds the truth; a message only says "look". So beat looks too, and a message that waited longer than
# its own interval is dropped: the next one says the same.
TIMETABLE = {
    # what                              every s  queue     why
    "tracking.look_for_events":         (2.0, "facts", "a lost bell costs seconds, not events"),
    "reports.look_for_due_mail":        (30.0, "reports", "weekly reports leave within a minute of their hour"),
    "reports.look_for_late_conversions": (60.0, "reports", "what is still to come of a day is known soon"),
    "reports.look_for_session_days":    (60.0, "reports", "reports of what visits brought read sums of days"),
    "attribution.look_for_changed_days": (2.0, "fill", "changed days are filled within seconds"),
    "attribution.look_for_open_days":   (60.0, "fill", "reports of journeys that led to nothing read sums of days"),
    "tracking.look_for_the_past":        (600.0, "default", "events go when they are too old; their facts stay"),
    "accounts.send_mail":               (2.0, "default", "whoever asked for a new password waits for it"),
    "accounts.forget_expired":          (600.0, "default", "sessions, answers, offers and audit entries run out"),
}  # fmt: skip

app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_default_queue="default",
    task_routes={
        "tracking.*": {"queue": "facts"},
        "attribution.*": {"queue": "fill"},
        "reports.*": {"queue": "reports"},
    },
    task_soft_time_limit=300,
    task_time_limit=330,
    worker_prefetch_multiplier=1,
    worker_soft_shutdown_timeout=5,
    # A child without compiled kernels compiles them; the default of 4 s would kill it halfway, for ever.
    worker_proc_alive_timeout=120,
    broker_connection_retry_on_startup=True,
    # However long Valkey is away.
    broker_connection_max_retries=None,
    # Longer than the hard time limit, else a long task runs twice; the two restore options bring a killed worker's
    # messages back in seconds instead of minutes.
    broker_transport_options={
        "visibility_timeout": 600,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "unacked_mutex_expire": 10,
        "socket_timeout": 10,
        "socket_connect_timeout": 5,
    },
    beat_schedule={
        name: {"task": name, "schedule": every, "options": {"queue": queue, "expires": every}}
        for name, (every, queue, _why) in TIMETABLE.items()
    },
)
# The clock only knows the tasks' names; without the tasks it starts in a fraction of the time and memory.
if os.environ.get("HEADWATER_PART") != "clock":
    app.autodiscover_tasks()


@worker_process_init.connect
def warm_up(**_: object) -> None:
    """Load the kernels in the child: a process that forks after using them kills or hangs its children."""
    from config import kernels

    kernels.warm_up()
