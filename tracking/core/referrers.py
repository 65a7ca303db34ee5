"""The page a visit came from: which referrers say something, and what they say."""

from functools import lru_cache
from typing import NamedTuple

from tracking.core.sources import canonical_source, category_of, find_source_of_app
from tracking.core.urls import is_local_host, is_same_site, is_under, normalise_domains, read_host, split_address

# People come back from these in the middle of an order; they did not find us there.
PAYMENT_AND_SIGN_IN_HOSTS = frozenset(
    (
        "stripe.com", "paypal.com", "klarna.com", "adyen.com", "mollie.com", "checkout.com",
        "authorize.net", "worldpay.com", "braintreegateway.com", "afterpay.com", "affirm.com",
        "squareup.com", "pay.google.com", "pay.amazon.com", "secure.payu.com", "alipay.com",
        "accounts.google.com", "appleid.apple.com", "login.microsoftonline.com", "login.live.com",
        "auth0.com", "okta.com",
    )
)  # fmt: skip
GOOGLE_AD_NETWORK = frozenset(("googlesyndication.com", "doubleclick.net", "googleadservices.com"))

MAX_SOURCE = 200
_MEDIUM_OF_CATEGORY = {"search": "organic", "ai": "ai-assistant", "email": "email"}


class Referrer(NamedTuple):
    """Where a visit came from; host is a package name for an app, category None where the source is not listed."""

    host: str
    source: str
    category: str | None
    is_app: bool = False

    @property
    def medium(self) -> str:
        """`organic` for a search engine, `ai-assistant`, `email` for webmail, `referral` for all others."""
        return _MEDIUM_OF_CATEGORY.get(self.category or "", "referral")

    @property
    def is_google_ad_network(self) -> bool:
        """Whether this is a page element that Google puts its ads in on other people's sites."""
        return not self.is_app and is_under(self.host, GOOGLE_AD_NETWORK)


def find_referrer(
    text: str, *, landing_host: str, own_domains: frozenset[str], ignored: frozenset[str]
) -> Referrer | None:
    """The referrer if it says something: not our own site, not a private address, not a payment or sign-in page."""
    referrer = read_referrer(text) if text else None
    if referrer is None or referrer.is_app:
        return referrer
    host = referrer.host
    if landing_host and is_same_site(host, landing_host):
        return None
    if is_under(host, normalise_domains(own_domains)) or is_under(host, normalise_domains(ignored)):
        return None
    return referrer


def read_referrer(text: str) -> Referrer | None:
    """Read a referrer by itself: None unless it is a web page or app with a public name."""
    address = split_address(text)
    if address.scheme in ("http", "https"):
        return _describe_host(read_host(address.authority))
    if address.scheme in ("android-app", "ios-app"):
        return _describe_app(address.authority[:253].lower())
    return None


@lru_cache(maxsize=16_384)
def _describe_host(host: str) -> Referrer | None:
    if not host or is_local_host(host):
        return None
    source = canonical_source(host)[:MAX_SOURCE]
    return Referrer(host, source, category_of(source))


def _describe_app(package: str) -> Referrer | None:
    if not package:
        return None
    source = find_source_of_app(package) or canonical_source(package)[:MAX_SOURCE]
    return Referrer(package, source, category_of(source), is_app=True)
