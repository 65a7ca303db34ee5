"""An integrator's view of a running Headwater: a token, workspaces through the API, events posted, reports read."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

SHOP = "https://shop.example.test"


@dataclass
class Shop:
    """One workspace, spoken to only over HTTP."""

    http: httpx.Client
    id: str
    write_key: str
    site_id: int = 0

    def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        answer = self.http.post(f"/v1/{path}", json=body, auth=(self.write_key, ""))
        assert answer.status_code == 200, answer.text
        return answer

    def page(self, who: str, at: datetime, query: str = "", referrer: str = "", **fields: Any) -> None:
        url = f"{SHOP}/landing" + (f"?{query}" if query else "")
        body = {"anonymousId": who, "timestamp": at.isoformat(), "properties": {"url": url, "referrer": referrer}}
        self.post("page", body | fields)

    def order(self, who: str, at: datetime, order_id: str, revenue: float, **fields: Any) -> None:
        properties = {"order_id": order_id, "revenue": revenue}
        body = {"anonymousId": who, "timestamp": at.isoformat(), "event": "Order Completed", "properties": properties}
        self.post("track", body | fields)

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = self.http.get(f"/api/v1/workspaces/{self.id}/{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def wait_until_caught_up(self, *, accepted: int, seconds: float = 60) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while True:
            state = self.get("ingestion/")
            if state["caught_up"] and state["accepted"] >= accepted:
                return state
            assert time.monotonic() < deadline, f"still not caught up after {seconds} s: {state}"
            time.sleep(0.2)

    def report(self, model: str = "linear", **query: Any) -> dict[str, Any]:
        today = datetime.now(UTC).date()
        query = {"start": str(today - timedelta(days=60)), "end": str(today), "model": model} | query
        return self.get("reports/attribution/", **query)

    def revenue_by(self, group: str, model: str, **query: Any) -> dict[str, float]:
        rows = self.report(model, group_by=group, **query)["rows"]
        return {row[group]: float(row["revenue"]) for row in rows}


def wait_for_worker(base_url: str, *, seconds: float = 120) -> None:
    """A worker's very first start compiles the kernels; what is measured afterwards is a warm one."""
    deadline = time.monotonic() + seconds
    while httpx.get(f"{base_url}/healthz", timeout=30).json()["worker"] != "ok":
        assert time.monotonic() < deadline, f"no sign of life of the worker within {seconds} s"
        time.sleep(0.2)


def open_shop(base_url: str, token: str, **settings: Any) -> Shop:
    """A new workspace made through the API."""
    http = httpx.Client(base_url=base_url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    answer = http.post("/api/v1/workspaces/", json={"name": "Shop", "currency": "EUR"} | settings)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    return Shop(http, made["id"], made["write_key"], made["site_id"])
