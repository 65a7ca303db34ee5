"""The colours hold their contrast in both themes, computed from the very file the pages use."""

import pytest

from web import palette

TOKENS = {f"--{name}": (colour.light, colour.dark) for name, colour in palette.tokens().items()}
CHANNELS = {name: (colour.light, colour.dark) for name, colour in palette.channels().items()}
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


def test_black_on_white_is_21():
    assert palette.contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUNDS + TEXT_ON_ITS_OWN)
def test_text_can_be_read(text, ground, theme):
    pick = THEMES[theme]
    assert palette.contrast(TOKENS[text][pick], TOKENS[ground][pick]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("mark", MARKS)
def test_marks_can_be_seen(mark, theme):
    pick = THEMES[theme]
    assert palette.contrast(TOKENS[mark][pick], TOKENS["--surface"][pick]) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_every_channel_can_be_seen(theme):
    pick = THEMES[theme]
    assert len(CHANNELS) == 20
    for name, pair in CHANNELS.items():
        for ground in ("--surface", "--sunken"):
            assert palette.contrast(pair[pick], TOKENS[ground][pick]) >= 3, (name, ground)
