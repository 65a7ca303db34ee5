"""Scripts, styles and fonts, also where they are built anew under a running server."""

import os
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from whitenoise.base import MissingFileError
from whitenoise.middleware import WhiteNoiseMiddleware


class StaticFiles(WhiteNoiseMiddleware):
    """WhiteNoise knows the size of each file from its start on; a file that has changed since is looked at again.

    Otherwise a new bundle would be sent with the length of the old one, and break every page until a restart.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # By address: where the file lies, and when it was written and how long it was at the last look.
        self.seen: dict[str, tuple[str, tuple[int, int]]] = {}
        super().__init__(*args, **kwargs)

    def add_file_to_dictionary(self, url: str, path: str, stat_cache: Any = None) -> None:
        # Before the file is read, so that whatever is written meanwhile is noticed later.
        self.seen[url] = (path, _stamp(path))
        super().add_file_to_dictionary(url, path, stat_cache=stat_cache)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        known = self.seen.get(request.path_info)
        if known is not None:
            self._look_again(request.path_info, *known)
        answer: HttpResponseBase = super().__call__(request)
        return answer

    def _look_again(self, url: str, path: str, stamp: tuple[int, int]) -> None:
        try:
            if _stamp(path) != stamp:
                self.add_file_to_dictionary(url, path)
        except (FileNotFoundError, MissingFileError):
            # Taken away: an address that leads nowhere.
            self.files.pop(url, None)


def _stamp(path: str) -> tuple[int, int]:
    found = os.stat(path)
    return found.st_mtime_ns, found.st_size
