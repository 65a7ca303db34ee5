"""Which referrers say something, and the traps in reading them."""

import pytest

from tests.tracking.core.arrivals import arrive, origin_of
from tracking.core.marks import Arrival, ArrivalRules, read_arrival
from tracking.core.referrers import PAYMENT_AND_SIGN_IN_HOSTS

DIRECT = "(direct) / (none)"


@pytest.mark.parametrize(
    ("referrer", "origin"),
    [
        ("https://www.google.com@evil.example/", "evil.example / referral"),
        ("https://google.com:443@evil.example/", "evil.example / referral"),
        ("https://user:pass@www.google.com/", "google / organic"),
        ("https://google.com.evil.example/", "google.com.evil.example / referral"),
        ("https://evilgoogle.com/", "evilgoogle.com / referral"),
        ("https://evil.example/https://www.google.com/", "evil.example / referral"),
        ("https://evil.example?https://www.google.com/", "evil.example / referral"),
        ("https://evil.example\\@www.google.com/", "evil.example / referral"),
        ("https://docs.google.com/document/d/1", "docs.google.com / referral"),
        ("https://docs.google.de/", "docs.google.de / referral"),
        ("https://WWW.Google.COM./search?q=x", "google / organic"),
        ("https://www.google.com:8443/", "google / organic"),
        ("https://www.google.com:99999999/", "google / organic"),
        ("http://google.co.uk", "google / organic"),
        ("https://www.google.com.tr/", "google / organic"),
        ("https://google.cat/", "google / organic"),
        ("https://google.dev/", "google.dev / referral"),
        ("https://google.github.io/", "google.github.io / referral"),
        ("https://maps.google.com/", "maps.google.com / referral"),
        ("https://bücher.example/", "xn--bcher-kva.example / referral"),
        ("https://BÜCHER.example/", "xn--bcher-kva.example / referral"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example / referral"),
        ("https://%67oogle.com/", "google / organic"),
        ("https://I❤.example/", "xn--i-7iq.example / referral"),
        ("  https://www.bing.com/\n", "bing / organic"),
        ("HTTPS://www.bing.com/", "bing / organic"),
        ("https://8.8.8.8/", "8.8.8.8 / referral"),
        ("https://[2001:4860:4860::8888]:443/", "2001:4860:4860::8888 / referral"),
        ("https://intranet/", "intranet / referral"),
        ("https://www.com/", "www.com / referral"),
    ],
)
def test_the_host_is_what_a_browser_would_open(referrer, origin):
    assert origin_of(arrive(referrer=referrer)) == origin


@pytest.mark.parametrize(
    "referrer",
    [
        "",
        "   ",
        "www.google.com",
        "//www.google.com/",
        "/search",
        "about:blank",
        "data:text/html,hello",
        "file:///home/me/index.html",
        "ftp://www.google.com/",
        "chrome-extension://abcdef/",
        "javascript:alert(1)",
        "https://",
        "https:///search",
        "https://?q=1",
        "https://@/",
        "https://:80/",
        "https://a b.example/",
        "https://a..example/",
        "https://%ff.example/",
        "https://" + "a" * 300 + ".example/",
        "https://[::1/",
        "https://[zz]/",
        "https://1.2.3.4.5/",
        "android-app:///",
        "http://localhost:3000/",
        "http://app.localhost/",
        "http://127.0.0.1/",
        "http://127.9.9.9:8000/",
        "http://10.1.2.3/",
        "http://172.16.0.1/",
        "http://172.31.255.255/",
        "http://192.168.1.20/",
        "http://169.254.1.1/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::1]:8000/",
        "http://[::ffff:192.168.0.1]/",
        "http://[fd00::1]/",
        "http://[fe80::1%25eth0]/",
    ],
)
def test_referrers_that_say_nothing(referrer):
    read = (
        arrive(referrer=referrer)
        if "://" in referrer
        else read_arrival(Arrival("https://shop.example.com/", referrer, {}), ArrivalRules())
    )
    assert origin_of(read) == DIRECT
    assert read.mark.referrer_host is None
    assert not read.says_origin


@pytest.mark.parametrize(
    "referrer", ["http://172.32.0.1/", "http://192.169.0.1/", "http://11.0.0.1/", "https://203.0.113.9/"]
)
def test_public_addresses_just_beside_the_private_ones_count(referrer):
    assert arrive(referrer=referrer).says_origin


@pytest.mark.parametrize(
    ("landing", "referrer", "usable"),
    [
        ("https://shop.example.com/", "https://shop.example.com/cart", False),
        ("https://shop.example.com/", "http://SHOP.example.com:8080/", False),
        ("https://www.example.com/", "https://example.com/", False),
        ("https://example.com/", "https://blog.example.com/", False),
        ("https://shop.example.com/", "https://www.example.com/", False),
        ("https://a.b.example.com/", "https://example.com/", False),
        ("https://bücher.example/", "https://xn--bcher-kva.example/", False),
        ("https://example.com./", "https://example.com/", False),
        ("https://shop.example.com/", "https://blog.example.com/", True),
        ("https://example.com/", "https://notexample.com/", True),
        ("https://www.com/", "https://acme.com/", True),
        ("", "https://acme.com/", True),
        ("/landing", "https://acme.com/", True),
    ],
)
def test_our_own_site_is_no_referrer(landing, referrer, usable):
    assert read_arrival(Arrival(landing, referrer, {}), ArrivalRules()).says_origin is usable


@pytest.mark.parametrize(
    ("own", "referrer", "usable"),
    [
        ("brand.example", "https://brand.example/", False),
        ("brand.example", "https://blog.www.brand.example/", False),
        ("https://WWW.Brand.example/shop", "https://blog.brand.example/", False),
        ("*.brand.example", "https://brand.example/", False),
        ("bücher.example", "https://xn--bcher-kva.example/", False),
        ("brand.example", "https://otherbrand.example/", True),
        ("shop.brand.example", "https://brand.example/", True),
        ("", "https://brand.example/", True),
        ("example", "https://brand.example/", True),
    ],
)
def test_own_domains_of_the_workspace(own, referrer, usable):
    assert arrive(referrer=referrer, rules=ArrivalRules(own_domains=frozenset({own}))).says_origin is usable


@pytest.mark.parametrize("host", sorted(PAYMENT_AND_SIGN_IN_HOSTS))
def test_payment_and_sign_in_pages_are_no_referrer(host):
    assert origin_of(arrive(referrer=host)) == DIRECT
    assert origin_of(arrive(referrer=f"hooks.{host}")) == DIRECT
    assert arrive(referrer=f"not{host}").says_origin


def test_the_hosts_that_are_ignored_by_default():
    named = """stripe.com paypal.com klarna.com adyen.com mollie.com checkout.com authorize.net worldpay.com
        braintreegateway.com afterpay.com affirm.com squareup.com pay.google.com pay.amazon.com secure.payu.com
        alipay.com accounts.google.com appleid.apple.com login.microsoftonline.com login.live.com auth0.com okta.com"""
    assert set(named.split()) == PAYMENT_AND_SIGN_IN_HOSTS


def test_a_workspace_may_count_payment_pages():
    read = arrive(referrer="checkout.stripe.com", rules=ArrivalRules(ignored_referrers=frozenset()))
    assert origin_of(read) == "stripe / referral"


@pytest.mark.parametrize(
    ("referrer", "origin", "host"),
    [
        (
            "android-app://com.google.android.googlequicksearchbox/",
            "google / organic",
            "com.google.android.googlequicksearchbox",
        ),
        ("android-app://com.google.android.gm/", "gmail / email", "com.google.android.gm"),
        ("android-app://COM.Facebook.Katana", "facebook / referral", "com.facebook.katana"),
        ("android-app://com.facebook.orca/x", "facebook / referral", "com.facebook.orca"),
        ("android-app://com.instagram.barcelona/", "threads / referral", "com.instagram.barcelona"),
        ("android-app://com.google.android.youtube/", "youtube / referral", "com.google.android.youtube"),
        ("android-app://com.acme.reader/", "com.acme.reader / referral", "com.acme.reader"),
        ("ios-app://585027354/https/www.acme.example", "585027354 / referral", "585027354"),
    ],
)
def test_apps_are_looked_up_by_their_package(referrer, origin, host):
    read = arrive(referrer=referrer)
    assert (origin_of(read), read.mark.referrer_host) == (origin, host)


def test_the_referrer_host_is_kept_beside_tags():
    assert arrive("utm_source=acme", "www.google.com").mark.referrer_host == "google.com"
