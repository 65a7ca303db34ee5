"""Refusals in our own words; each names what is wrong and where."""


class Refusal(Exception):
    """Something a caller may correct: `code` is stable, `message` is for people, `field` names the input."""

    def __init__(self, code: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
