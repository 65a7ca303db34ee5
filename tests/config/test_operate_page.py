"""The page on running Headwater keeps up with the code."""

import re
from pathlib import Path

from config import metrics

HOUSE = Path(__file__).resolve().parents[2]
PAGE = (HOUSE / "docs" / "how-to" / "operate.md").read_text()


def test_every_setting_is_described() -> None:
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', (HOUSE / "config" / "settings.py").read_text()))
    read |= set(re.findall(r'environ\.get\("([A-Z_]+)"', (HOUSE / "config" / "embedded" / "places.py").read_text()))
    assert {"HEADWATER_DATA", "SECRET_KEY", "METRICS_TOKEN", "REDIS_URL"} <= read
    table = PAGE[PAGE.index("## Settings") :]
    assert {name for name in read if f"`{name}`" not in table} == set()
    assert {name for name in re.findall(r"`([A-Z][A-Z_]{4,})`", table) if name not in read} <= {
        "INFO",
        "OWNER_DATABASE_URL",
        "DATABASE_URL",
        "COLLECTOR_DATABASE_URL",
    }


def test_every_measure_with_an_alarm_exists() -> None:
    named = set(re.findall(r"headwater_[a-z_]+", PAGE))
    source = Path(metrics.__file__).read_text()
    made = set(re.findall(r"headwater_[a-z_]+", source)) | {f"headwater_{name}" for name in metrics.GAUGES}
    assert {name for name in named if name.removesuffix("_total") not in made} == set()
