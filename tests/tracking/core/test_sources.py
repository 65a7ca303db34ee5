"""The table of sources: samples of every row, what inherits from a parent domain, and that it is sound."""

import pytest

from tests.tracking.core.arrivals import arrive, origin_of
from tracking.core.sources import (
    BOOK,
    CATEGORIES,
    canonical_source,
    category_of,
    find_source_of_host,
    list_sources,
    read_book,
)
from tracking.core.urls import read_host

SAMPLES = {
    "search": (
        "google:google.com google.de google.co.uk google.com.tr news.google.com lens.google.com "
        "search.google.com play.google.com bing:bing.com cn.bing.com msn.com ntp.msn.com "
        "yahoo:search.yahoo.com search.yahoo.co.jp uk.search.yahoo.com duckduckgo:duckduckgo.com "
        "yandex:ya.ru yandex.ru yandex.com.tr maps.yandex.ru baidu:baidu.com m.baidu.com "
        "ecosia:ecosia.org brave:search.brave.com startpage:startpage.com qwant:qwant.com lite.qwant.com "
        "naver:naver.com search.naver.com m.search.naver.com daum:daum.net search.daum.net "
        "seznam:seznam.cz search.seznam.cz sogou:sogou.com m.sogou.com so.com:so.com 360.cn "
        "aol:search.aol.com search.aol.co.uk suche.aol.de ask:ask.com dogpile:dogpile.com "
        "rambler:rambler.ru kagi:kagi.com"
    ),
    "social": (
        "facebook:facebook.com l.facebook.com m.facebook.com fb.me fb.com messenger.com l.messenger.com "
        "instagram:instagram.com l.instagram.com threads:threads.net threads.com twitter:twitter.com "
        "x.com t.co mobile.twitter.com linkedin:linkedin.com lnkd.in reddit:reddit.com old.reddit.com "
        "pinterest:pinterest.com pinterest.co.uk ar.pinterest.com pin.it tiktok:tiktok.com "
        "snapchat:snapchat.com quora:quora.com es.quora.com tumblr:tumblr.com t.umblr.com telegram:t.me "
        "telegram.org web.telegram.org whatsapp:whatsapp.com web.whatsapp.com wa.me discord:discord.com "
        "discordapp.com bluesky:bsky.app mastodon:mastodon.social mastodon.online fosstodon.org "
        "hachyderm.io hackernews:news.ycombinator.com vk:vk.com m.vk.com away.vk.com weibo:weibo.com "
        "wechat:wechat.com line:line.me xing:xing.com medium:medium.com stackoverflow:stackoverflow.com "
        "stackexchange:stackexchange.com unix.stackexchange.com flipboard:flipboard.com meetup:meetup.com "
        "goodreads:goodreads.com yelp:yelp.com m.yelp.com yelp.co.uk tripadvisor:tripadvisor.com "
        "glassdoor:glassdoor.com groups.google.com:groups.google.com sites.google.com:sites.google.com "
        "academia.edu:academia.edu oxford.academia.edu deviantart:deviantart.com "
        "blog.naver.com:blog.naver.com messages.google.com:messages.google.com google+:plus.google.com "
        "hatena:b.hatena.ne.jp wordpress:wordpress.org researchgate.net:researchgate.net"
    ),
    "video": (
        "youtube:youtube.com m.youtube.com music.youtube.com youtu.be vimeo:vimeo.com player.vimeo.com "
        "twitch:twitch.tv m.twitch.tv dailymotion:dailymotion.com netflix:netflix.com wistia:wistia.com "
        "fast.wistia.net ted:ted.com hulu:hulu.com help.hulu.com iqiyi:iq.com youku:youku.com "
        "d.tube:d.tube disneyplus:disneyplus.com"
    ),
    "shopping": (
        "amazon:amazon.com amazon.de smile.amazon.de amazon.co.jp ebay:ebay.com ebay.co.uk ebay.fr "
        "etsy:etsy.com walmart:walmart.com alibaba:alibaba.com m.alibaba.com "
        "mercadolibre:mercadolibre.com.mx shopify:shopify.com apps.shopify.com shop.app:shop.app "
        "shopzilla:shopzilla.com temu:temu.com stripe:stripe.com s3.amazonaws.com:s3.amazonaws.com "
        "shopping.naver.com:m.shopping.naver.com shopping.yahoo.co.jp:store.shopping.yahoo.co.jp "
        "uk.shopping.net:uk.shopping.net"
    ),
    "ai": (
        "chatgpt:chatgpt.com chat.openai.com openai.com gemini:gemini.google.com bard.google.com "
        "notebooklm:notebooklm.google.com claude:claude.ai copilot:copilot.microsoft.com copilot.com "
        "perplexity:perplexity.ai grok:grok.com deepseek:deepseek.com chat.deepseek.com meta-ai:meta.ai "
        "mistral:chat.mistral.ai poe:poe.com you:you.com duck.ai:duck.ai phind:phind.com "
        "qwen:chat.qwen.ai"
    ),
    "email": (
        "gmail:mail.google.com inbox.google.com outlook:outlook.live.com outlook.office.com "
        "outlook.office365.com mail.live.com yahoo-mail:mail.yahoo.com us-mg5.mail.yahoo.com "
        "proton-mail:mail.proton.me aol-mail:mail.aol.com gmx:deref-gmx.net deref-gmx.com "
        "web.de:deref-web.de mail.ru:e.mail.ru yandex-mail:mail.yandex.ru mail.yandex.com.tr "
        "zoho-mail:mail.zoho.com mail.zoho.eu fastmail:app.fastmail.com icloud-mail:icloud.com"
    ),
}


def read_samples():
    for category, text in SAMPLES.items():
        source = ""
        for word in text.split():
            named, colon, host = word.partition(":")
            source = named if colon else source
            yield pytest.param(host or word, source, category, id=word)


@pytest.mark.parametrize(("host", "source", "category"), list(read_samples()))
def test_hosts_of_the_table(host, source, category):
    medium = {"search": "organic", "ai": "ai-assistant", "email": "email"}.get(category, "referral")
    if source != "stripe":
        assert origin_of(arrive(referrer=host)) == f"{source} / {medium}"
    assert canonical_source(host) == source
    assert category_of(source) == category


@pytest.mark.parametrize(
    "host",
    [
        "docs.google.com",
        "drive.google.com",
        "x.news.google.com",
        "news.google.de",
        "learn.microsoft.com",
        "platform.openai.com",
        "finance.yahoo.com",
        "x.shopping.yahoo.co.jp",
        "money.msn.com",
        "map.naver.com",
        "mapy.seznam.cz",
        "aws.amazon.com",
        "help.aol.com",
        "cafe.daum.net",
        "news.rambler.ru",
        "cloud.mail.ru",
        "share.icloud.com",
        "amazon.evil.example",
        "search.brave.com.evil.example",
        "notfacebook.com",
        "facebook.com.evil.example",
        "github.com",
        "com",
        "amazon",
    ],
)
def test_hosts_that_only_look_listed(host):
    assert find_source_of_host(host) is None


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("fb", "facebook"),
        ("Facebook", "facebook"),
        ("m.facebook.com", "facebook"),
        ("www.facebook.com", "facebook"),
        ("ig", "instagram"),
        ("x", "twitter"),
        ("t.co", "twitter"),
        ("yt", "youtube"),
        ("ddg", "duckduckgo"),
        ("chatgpt.com", "chatgpt"),
        ("google.fr", "google"),
        ("docs.google.com", "docs.google.com"),
        ("acme", "acme"),
        ("Spring News", "spring news"),
        ("google ads", "google ads"),
        ("facebook.com/page", "facebook.com/page"),
        ("me@facebook.com", "me@facebook.com"),
        ("", ""),
    ],
)
def test_names_aliases_and_hosts_become_the_canonical_source(name, source):
    assert canonical_source(name) == source


@pytest.mark.parametrize(("source", "category"), list(list_sources()))
def test_every_source_is_its_own_canonical_name(source, category):
    assert canonical_source(source) == source == source.lower()
    assert category in CATEGORIES


def test_every_host_of_the_table_is_in_the_form_we_compare_and_found():
    for host, source in BOOK.hosts.items():
        assert read_host(host) == host
        assert find_source_of_host(host) == source


def test_the_table_has_no_line_that_another_makes_needless():
    for host, source in BOOK.hosts.items():
        if host == source:
            continue
        shorter = host.partition(".")[2]
        inherited = find_source_of_host(f"never-listed.{shorter}") if "." in shorter else None
        assert inherited != source or host in BOOK.reopened, f"{host} is {source} by {shorter} already"


def test_the_published_list_is_in_the_table():
    count = {category: sum(found == category for _, found in list_sources()) for category in CATEGORIES}
    assert count["social"] > 300
    assert count["search"] > 40
    assert count["video"] > 15
    assert count["shopping"] > 15


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("a,social,a.com\nb,social,a.com", "a.com is in the table of sources twice"),
        ("a,sport,", "unknown category sport"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(rows, message):
    with pytest.raises(ValueError, match=message):
        read_book(f"source,category,also\n{rows}\n")
