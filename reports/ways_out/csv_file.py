"""Tables as downloads."""

import re

from django.http import HttpResponse

from common.tables import Cell, Table, write_csv

__all__ = ["Cell", "Table", "answer_csv", "write_csv"]

_UNSAFE_NAME = re.compile(r"[^\w.-]+", re.ASCII)


def answer_csv(table: Table, name: str) -> HttpResponse:
    """The file as a download."""
    answer = HttpResponse(write_csv(table), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{_UNSAFE_NAME.sub("-", name)}.csv"'
    return answer
