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
# Our rules say more than a schema can (no name twice, no overlapping spend), so what fits it may be refused. A number
# is read as text where text belongs, so what does not fit may be taken. Refusals are not listed address by address.
NOT_ASKED = ("positive_data_acceptance", "negative_data_rejection", "status_code_conformance")


@pytest.fixture
def token(live_headwater: Live, transactional_db: None) -> str:
    from tests.api.cast import a_shop, a_token, an_agency

    agency = an_agency()
    a_shop(agency)
    return a_token(agency)


def test_every_operation_answers_as_described(live_headwater: Live, token: str, tmp_path: Path):
    config = tmp_path / "schemathesis.toml"
    config.write_text('[parameters]\n"path.workspace" = "shop"\n')
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", "docs/openapi.yaml"]
    command += ["--url", live_headwater.base_url, "--header", f"Authorization: Bearer {token}"]
    command += ["--max-examples", EXAMPLES, "--seed", SEED, "--suppress-health-check", "all", "--no-color"]
    command += ["--exclude-checks", ",".join(NOT_ASKED)]
    done = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, timeout=MOST_SECONDS)
    print(done.stdout[-6_000:])
    assert done.returncode == 0, (
        " ".join(command).replace(token, "TOKEN") + done.stdout[-20_000:] + done.stderr[-2_000:]
    )
