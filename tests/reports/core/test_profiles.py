"""What a channel does along a pipeline, in one word."""

import pytest

from reports.core.profiles import name_profile


@pytest.mark.parametrize(
    ("shares", "named"),
    [
        ([0.30, 0.34, 0.22, 0.16], "creates"),
        ([0.16, 0.20, 0.20, 0.18], "even"),
        ([0.24, 0.05, 0.04, 0.02], "creates_only"),
        ([0.07, 0.17, 0.28, 0.35], "closes"),
        ([0.05, 0.20, 0.21, 0.06], "moves"),
        ([0.02, 0.01, 0.01, 0.02], "little"),
        ([0.5], "even"),
        ([None, 0.4], "closes"),
    ],
)
def test_a_profile_is_where_the_share_is_clearly_highest(shares, named):
    assert name_profile(shares, 100) == named


def test_a_handful_of_entries_says_nothing():
    assert name_profile([0.9, 0.1], 4.9) == "few"
    assert name_profile([], 100) == "few"
