"""The colours hold their contrast in both themes, computed from the very file the pages use."""

import re
from pathlib import Path

import pytest

STYLES = Path(__file__).resolve().parents[2] / "frontend" / "src" / "css"
PAIR = re.compile(r"(--[\w-]+): light-dark\((#[0-9A-Fa-f]{6}), (#[0-9A-Fa-f]{6})\)")
CHANNEL = re.compile(r"\.ch-([\w-]+)[^{]*\{ --channel: light-dark\((#[0-9A-F]{6}), (#[0-9A-F]{6})\); \}")

TOKENS = {name: (light, dark) for name, light, dark in PAIR.findall((STYLES / "tokens.css").read_text())}
CHANNELS = {name: (light, dark) for name, light, dark in CHANNEL.findall((STYLES / "channels.css").read_text())}
THEMES = {"light": 0, "dark": 1}

TEXT_ON_GROUNDS = [
    (text, ground)
    for text in ("--text", "--muted", "--faint", "--accent", "--good", "--bad", "--warn", "--info")
    for ground in ("--page", "--surface", "--sunken", "--raised")
]
TEXT_ON_ITS_OWN = [
    ("--on-accent", "--accent"),
    ("--on-accent", "--accent-hover"),
    ("--text", "--accent-soft"),
    ("--accent", "--accent-soft"),
    ("--text", "--marker"),
    ("--good", "--good-soft"),
    ("--warn", "--warn-soft"),
    ("--bad", "--bad-soft"),
    ("--info", "--info-soft"),
    ("--text", "--info-soft"),
    ("--text", "--warn-soft"),
    ("--text", "--bad-soft"),
]
MARKS = ["--edge", "--accent", "--series", "--spark", "--warn-mark", "--mark"]


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_is_21():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUNDS + TEXT_ON_ITS_OWN)
def test_text_can_be_read(text, ground, theme):
    pick = THEMES[theme]
    assert contrast(TOKENS[text][pick], TOKENS[ground][pick]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("mark", MARKS)
def test_marks_can_be_seen(mark, theme):
    pick = THEMES[theme]
    assert contrast(TOKENS[mark][pick], TOKENS["--surface"][pick]) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_every_channel_can_be_seen(theme):
    pick = THEMES[theme]
    assert len(CHANNELS) == 20
    for name, pair in CHANNELS.items():
        for ground in ("--surface", "--sunken"):
            assert contrast(pair[pick], TOKENS[ground][pick]) >= 3, (name, ground)
