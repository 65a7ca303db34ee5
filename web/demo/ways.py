"""The ways in: what a visit carries, how often it happens in which month, and what it costs. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
          "december")  # fmt: skip
SEASONS = ("winter", "winter", "spring", "spring", "spring", "summer", "summer", "summer", "autumn", "autumn", "autumn",
           "winter")  # fmt: skip
ALWAYS = frozenset(range(1, 13))


@dataclass(frozen=True)
class Way:
    """One way in: how often it begins a journey or brings people back, what it carries and where it lands.

    `campaign` may hold {season} and {month}. `pull` is how likely a visit by it is to lead on, relative to the others.
    """

    first: float
    back: float
    pull: float
    path: str = "/"
    referrer: str = ""
    source: str = ""
    medium: str = ""
    campaign: str = ""
    more: str = ""
    months: frozenset[int] = ALWAYS
    # What one visit costs in the workspace's currency.
    cost: float = 0.0
    # Many more of them at the end of a year than at its beginning, like those of assistants.
    rises: bool = False

    def weight(self, day: date, *, back: bool) -> float:
        """How often it is taken on a day."""
        usual = (self.back if back else self.first) if day.month in self.months else 0.0
        return usual * (0.5 + day.month / 12) if self.rises else usual

    def campaign_on(self, day: date) -> str:
        """The campaign's name on a day: autumn-gravel, november-news."""
        return self.campaign.format(season=SEASONS[day.month - 1], month=MONTHS[day.month - 1])

    def query_on(self, day: date, click: str) -> str:
        """The tags of the landing page, maybe with a click id."""
        tags = {"utm_source": self.source, "utm_medium": self.medium, "utm_campaign": self.campaign_on(day)}
        said = "&".join(f"{name}={value}" for name, value in tags.items() if value)
        return "&".join(filter(None, (said, self.more.format(click=click.replace("-", "")))))

    def dirty(self, query: str, dice: random.Random) -> str:
        """The same tags as somebody typed them: FB, e-mail, CPC, Autumn-Gravel."""
        if dice.random() < 0.35 and self.campaign:
            name = query.split("utm_campaign=")[1].split("&")[0]
            return query.replace(f"utm_campaign={name}", f"utm_campaign={name.title()}")
        for clean, typed in DIRT:
            if clean in query:
                return query.replace(clean, typed)
        return query


DIRT = (
    ("utm_source=facebook", "utm_source=FB"),
    ("utm_medium=email", "utm_medium=e-mail"),
    ("utm_medium=cpc", "utm_medium=CPC"),
    ("utm_source=linkedin", "utm_source=LinkedIn"),
    ("utm_medium=affiliate", "utm_medium=Affiliate"),
)
