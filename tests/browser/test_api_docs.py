"""The API's page in a real browser: it shows the calls, and the content policy stops nothing of it."""

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


def test_swagger_shows_the_calls_under_the_strict_policy(chromium, live_server):
    page = chromium.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{live_server.url}/api/v1/docs/")
    page.wait_for_selector(".opblock")
    shown = page.locator(".opblock-summary-path").all_inner_texts()
    page.close()
    assert any("attribution" in path.replace("\u200b", "") for path in shown)
    assert said == []
