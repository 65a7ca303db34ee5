"""People of Northwind Bikes whose events were really posted, derived and filled: a journey like those of every day."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.tenancy import workspace_scope
from attribution.actions import changed_days_of, fill_days
from tests.tracking.core.given import event, identify, order, page, refund, tagged
from tests.tracking.shop import Shop
from tracking.actions import set_pipeline

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOW = datetime.now(UTC).replace(microsecond=0)
SITE = "https://northwind.example"
GOOGLE = "https://www.google.com/"
BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def given(workspace: Any, tell: Callable[[Shop], None]) -> Shop:
    """A workspace in which all that is told has been worked off."""
    shop = Shop(workspace)
    tell(shop)
    settle(shop)
    return shop


def settle(shop: Shop) -> None:
    """Derive and fill everything that waits."""
    shop.derive()
    with workspace_scope(shop.workspace):
        days = changed_days_of(shop.workspace)
    fill_days(shop.workspace, days)


def bikes(shop: Shop) -> None:
    """One long journey with everything in it, and some shorter ones."""
    set_pipeline(
        shop.workspace,
        [
            {"name": "Lead", "event": "Signed Up", "role": "lead"},
            {"name": "Customer", "event": "Order Completed", "role": "customer"},
        ],
    )
    bought = NOW - 3 * DAY
    shop.post(
        [
            page("?7f3a-c2e1", bought - 100 * DAY, SITE + "/", "https://l.instagram.com/"),
            page("?7f3a-c2e1", bought - 26 * DAY, SITE + "/guides/gravel-bike-sizing", GOOGLE),
            page("?7f3a-c2e1", bought - 18 * DAY, SITE + "/sale?fbclid=abc&utm_source=facebook&utm_medium=paid_social"
                 "&utm_campaign=autumn-gravel"),
            event("track", "?7f3a-c2e1", bought - 18 * DAY + HOUR / 20, name="Signed Up"),
            page("?7f3a-c2e1", bought - 10 * DAY, tagged("november-news", "newsletter")),
            page("?7f3a-c2e1", bought - 10 * DAY + HOUR / 5, SITE + "/cart", "https://checkout.stripe.com/c/pay"),
            identify("NBC-8841", "?7f3a-c2e1", bought - 10 * DAY + HOUR / 4),
            page("NBC-8841", bought - 17 * HOUR, SITE + "/?utm_source=google&utm_medium=cpc&utm_campaign=brand-nl"
                 "&gclid=xyz"),
            page("NBC-8841", bought - HOUR / 3, SITE + "/cart"),
            order("NBC-8841", bought, "NB-20418", revenue=186),
            order("NBC-8841", bought + 2 * DAY, "NB-20533", revenue=49.99),
            refund("NBC-8841", bought + 2 * DAY + HOUR, "NB-20533", refund_id="r", total=9.99),
            page("?visitor", NOW - 2 * HOUR, SITE + "/", "https://chatgpt.com/"),
            page("?bot", NOW - HOUR, SITE + "/", context={"userAgent": BOT}),
            page("?a/../b <i>#%2F", NOW - 5 * HOUR, SITE + "/sale", GOOGLE),
        ]
    )  # fmt: skip
