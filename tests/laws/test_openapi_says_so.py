"""F2 in its short form: schemathesis makes requests from the description of the API, right ones and wrong ones.

Whatever it sends, the answer is one that the description promises; a longer run is one command, printed when it fails.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live import Live

HOUSE = Path(__file__).resolve().parents[2]
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "5")
SEED = os.environ.get("SCHEMATHESIS_SEED", "20261122")
MOST_SECONDS = 240
# What fits the description is taken, but for what no schema can say: days in order and not to come, ids and names that
# are there or are not, zones and currencies that exist, amounts as text, nothing named twice in one body.
RULES_SAY_MORE = (
    ("GET", ".*/reports/.*"),
    ("POST", ".*/reports/funnel/"),
    ("PUT", ".*/spend/"),
    ("PUT", ".*/pipeline/"),
    ("POST", "/api/v1/workspaces/"),
    ("PATCH", "/api/v1/workspaces/\\{workspace\\}/"),
    ("POST", ".*/agency/(invitations|tokens)/"),
    ("PUT", ".*/agency/members/\\{member\\}/"),
)


def write_config(path: Path) -> None:
    """Where the tool finds the workspace of the test, and what it may not take for a fault."""
    lines = [
        "[parameters]",
        '"path.workspace" = "shop"',
        # A body may be too long, which is no other thing than being wrong.
        "[checks.negative_data_rejection]",
        'expected-statuses = ["400", "401", "403", "404", "409", "413", "415"]',
        # No text may hold it, as the parser says of each; a description would have to repeat that everywhere.
        "[generation]",
        "allow-x00 = false",
    ]
    for method, address in RULES_SAY_MORE:
        lines += ["[[operations]]", f"include-method = '{method}'", f"include-path-regex = '^{address}$'"]
        lines += ["[operations.checks.positive_data_acceptance]", "enabled = false"]
    path.write_text("\n".join(lines))


@pytest.fixture
def token(live_headwater: Live, transactional_db: None) -> str:
    from tests.api.cast import a_shop, a_token, an_agency

    agency = an_agency()
    a_shop(agency)
    return a_token(agency)


def test_every_operation_answers_as_described(live_headwater: Live, token: str, tmp_path: Path):
    config = tmp_path / "schemathesis.toml"
    write_config(config)
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", "docs/openapi.yaml"]
    command += ["--url", live_headwater.base_url, "--header", f"Authorization: Bearer {token}"]
    command += ["--max-examples", EXAMPLES, "--seed", SEED, "--suppress-health-check", "all", "--no-color"]
    done = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, timeout=MOST_SECONDS)
    print(done.stdout[-6_000:])
    assert done.returncode == 0, (
        " ".join(command).replace(token, "TOKEN") + done.stdout[-20_000:] + done.stderr[-2_000:]
    )
