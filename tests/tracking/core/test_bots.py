"""User agents of machines, and of people who only sound like one."""

import pytest

from tracking.core.bots import is_bot

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
WINDOWS = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/131.0.0.0 Safari/537.36"
CHROME = "Mozilla/5.0 (Linux; Android 13; {}) " + WEBKIT + " Chrome/124.0.0.0 Mobile Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) {}"


@pytest.mark.parametrize(
    "user_agent",
    [
        "Googlebot/2.1 (+http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
        "Mozilla/5.0 (compatible; ClaudeBot/1.0)",
        "AdsBot-Google (+http://www.google.com/adsbot.html)",
        "AdsBot-Google-Mobile-Apps",
        "Googlebot-Image/1.0",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/534+ (KHTML, like Gecko) BingPreview/1.0b",
        "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
        "Some Crawler/1.0",
        "Baiduspider/2.0",
        "SomeBrandNewBot",
        "some_new_bot/3",
        "NewBot2.0",
        "Mozilla/5.0 (compatible; YandexMetrika/2.0)",
        CHROME.format("M bot 60") + " (compatible; Other-Bot)",
        "python-requests/2.32.3 FreshBot/1.0",
        "Mozilla/5.0 (Linux; Android 6.0.1; CUBOT X) Chrome/W.X.Y.Z Mobile Safari/537.36 (compatible; Googlebot/2.1)",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/124.0.0.0 Safari/537.36",
    ],
)
def test_machines(user_agent):
    assert is_bot(user_agent)


@pytest.mark.parametrize(
    "user_agent",
    [
        None,
        "",
        "   ",
        WINDOWS,
        f"{WINDOWS} Edg/131.0.2903.51",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605.1 (KHTML, like Gecko) Version/17.6 Safari/605.1",
        "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
        "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko",
        "Opera/9.80 (Android; Opera Mini/76.0/191.315; U; en) Presto/2.12.423 Version/12.16",
        IPHONE.format("Version/17.5 Mobile/15E148 Safari/604.1"),
        IPHONE.format("CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1"),
        IPHONE.format("GSA/314.0.6 Mobile/15E148 Safari/604.1"),
        IPHONE.format("Mobile/15E148 [FBAN/FBIOS;FBAV/466.0.0.39.105;FBDV/iPhone14,5;FBSV/17.5;FBLC/en_US]"),
        IPHONE.format("Mobile/15E148 Instagram 334.0.4.32.98 (iPhone14,5; iOS 17_5; en_US; scale=3.00)"),
        IPHONE.format("Mobile/15E148 musical_ly_34.4.0 JsSdk/2.0 NetType/WIFI BytedanceWebview/d8a21c6"),
        IPHONE.format("Mobile/15E148 [LinkedInApp]/9.29.5962"),
        IPHONE.format("Mobile/15E148 [Pinterest/iOS]"),
        IPHONE.format("Mobile/15E148 Snapchat/12.87.0.46 (like Safari/8617.2.4.10.8, panda)"),
        IPHONE.format("Mobile/15E148 MicroMessenger/8.0.49(0x1800312f) NetType/WIFI Language/zh_CN"),
        CHROME.format("SAMSUNG SM-A536B"),
        CHROME.format("CUBOT X30"),
        CHROME.format("CUBOT_NOTE_S Build/NRD90M"),
        CHROME.format("CUBOT KINGKONG 5 Pro"),
        CHROME.format("Cubot"),
        CHROME.format("K") + " YaSearchBrowser/24.40.1 BroPP/1.0 YaSearchApp/24.40.1",
        CHROME.format("Micron Z"),
        CHROME.format("M bot 60 Build/PPR1"),
        CHROME.format("POWER BOT"),
        CHROME.format("K") + " YandexModule2/2.0",
        IPHONE.format("Mobile/15E148 Abbott-Portal/2.0"),
        "EbookReader/4.2 CFNetwork/1408.0.4 Darwin/22.5.0",
        "Dalvik/2.1.0 (Linux; U; Android 13; SM-G991B Build/TP1A.220624.014)",
        "MyShop/3.1 CFNetwork/1408.0.4 Darwin/22.5.0",
    ],
)
def test_people(user_agent):
    assert not is_bot(user_agent)


@pytest.mark.parametrize(
    "user_agent",
    [
        "analytics-node-next/latest",
        "analytics-python/2.4.0",
        "analytics-ruby/2.4.0",
        "python-requests/2.32.3",
        "python-httpx/0.27.0",
        "Python-urllib/3.11",
        "Python/3.11 aiohttp/3.9.5",
        "axios/1.7.2",
        "okhttp/4.12.0",
        "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)",
        "node",
        "undici",
        "got (https://github.com/sindresorhus/got)",
        "Go-http-client/2.0",
        "curl/8.5.0",
        "Java/17.0.1",
        "Apache-HttpClient/4.5.13 (Java/17.0.1)",
        "GuzzleHttp/7",
        "PHP/8.3",
        "Symfony HttpClient/Curl",
        "Ruby",
        "Faraday v2.9.0",
        "Dart/3.2 (dart:io)",
        "PostmanRuntime/7.39.0",
    ],
)
def test_libraries_that_servers_post_with(user_agent):
    assert not is_bot(user_agent)


def test_only_the_first_thousand_characters_are_looked_at():
    assert is_bot("x" * 980 + " Googlebot/2.1")
    assert not is_bot("x" * 1_000 + " Googlebot/2.1")
