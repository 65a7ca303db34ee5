"""Landing URL, referrer and campaign to source, medium and channel."""

import pytest

from tests.tracking.core.arrivals import LANDING, arrive, channel_of, origin_of
from tracking.core.marks import Arrival, ArrivalRules, Mark, read_arrival

TAGS_FIRST = ArrivalRules(manual_tags_override_click_ids=True)


@pytest.mark.parametrize(
    ("query", "referrer", "origin", "channel"),
    [
        ("utm_source=fb&utm_medium=paid_social", "", "facebook / paid_social", "Paid Social"),
        ("gclid=1", "www.youtube.com", "youtube / cpc", "Paid Video"),
        ("fbclid=1", "", "facebook / referral", "Organic Social"),
        ("utm_source=newsletter&utm_medium=email&gclid=1", "", "google / cpc", "Paid Search"),
        ("utm_source=chatgpt.com", "chatgpt.com", "chatgpt / (not set)", "AI Assistants"),
        ("", "checkout.stripe.com", "(direct) / (none)", "Direct"),
        ("", "", "(direct) / (none)", "Direct"),
        ("utm_source=facebook", "", "facebook / (not set)", "Organic Social"),
        ("utm_source=acme", "www.google.com", "acme / (not set)", "Unassigned"),
        ("utm_source=google&utm_medium=cpm", "", "google / cpm", "Paid Search"),
    ],
)
def test_arrivals_everybody_should_know(query, referrer, origin, channel):
    read = arrive(query, referrer)
    assert (origin_of(read), channel_of(read)) == (origin, channel)


@pytest.mark.parametrize(
    ("query", "referrer", "origin"),
    [
        # A: an ad click without tags of a paid click
        ("gclid=1", "", "google / cpc"),
        ("GCLID=1", "", "google / cpc"),
        ("utm_source=youtube&gclid=1", "", "youtube / cpc"),
        ("utm_source=yt&gclid=1", "", "youtube / cpc"),
        ("utm_source=acme&gclid=1", "", "google / cpc"),
        ("utm_source=youtube&utm_medium=email&gclid=1", "", "google / cpc"),
        ("utm_medium=email&gclid=1", "", "google / cpc"),
        ("utm_campaign=x&msclkid=1", "", "bing / cpc"),
        ("gclid=1", "vimeo.com", "vimeo / cpc"),
        ("utm_medium=email&gclid=1", "www.youtube.com", "youtube / cpc"),
        ("utm_source=acme&gclid=1", "www.youtube.com", "google / cpc"),
        ("msclkid=1", "www.youtube.com", "bing / cpc"),
        ("gclid=1", "facebook.com", "google / cpc"),
        ("gclid=1", "googleads.g.doubleclick.net", "google / display"),
        ("wbraid=1", "tpc.googlesyndication.com", "google / display"),
        ("gad_source=1", "www.googleadservices.com", "google / display"),
        ("msclkid=1", "doubleclick.net", "bing / cpc"),
        ("gclid=1", "notdoubleclick.net", "google / cpc"),
        ("dclid=1", "", "dv360 / cpm"),
        # B: tags
        ("utm_source=google&utm_medium=cpc&gclid=1", "", "google / cpc"),
        ("utm_source=youtube&utm_medium=display&gclid=1", "", "youtube / display"),
        ("utm_source=acme&utm_medium=Paid_Social&gclid=1", "", "acme / paid_social"),
        ("utm_medium=cpc&gclid=1", "", "google / cpc"),
        ("utm_medium=paid&ttclid=1", "www.google.com", "tiktok / paid"),
        ("utm_medium=social&fbclid=1", "", "facebook / social"),
        ("utm_medium=social&fbclid=1", "www.instagram.com", "instagram / social"),
        ("utm_medium=social&fbclid=1", "checkout.stripe.com", "facebook / social"),
        ("utm_medium=cpc", "www.google.com", "google / cpc"),
        ("utm_medium=cpc", "", "(not set) / cpc"),
        ("utm_campaign=x", "www.google.com", "google / organic"),
        ("utm_campaign=x", "chatgpt.com", "chatgpt / ai-assistant"),
        ("utm_campaign=x", "blog.acme.example", "blog.acme.example / referral"),
        ("utm_campaign=x&fbclid=1", "", "facebook / (not set)"),
        ("utm_campaign=x", "", "(not set) / (not set)"),
        ("utm_source=acme&irclickid=1", "", "acme / affiliate"),
        ("utm_campaign=x&irclickid=1", "www.google.com", "impact / affiliate"),
        ("utm_campaign=x&mc_eid=1&fbclid=1", "", "mailchimp / email"),
        ("utm_medium=social&mc_eid=1", "", "(not set) / social"),
        ("utm_source=acme&utm_medium=post&awc=1", "", "acme / post"),
        ("utm_campaign=x&srsltid=1", "", "(not set) / (not set)"),
        # C: untagged
        ("cjevent=1&mc_cid=1&srsltid=1&fbclid=1", "www.bing.com", "cj / affiliate"),
        ("mc_cid=1&srsltid=1&fbclid=1", "www.bing.com", "mailchimp / email"),
        ("srsltid=1&fbclid=1", "www.bing.com", "google / organic"),
        ("fbclid=1", "www.bing.com", "bing / organic"),
        ("fbclid=1", "www.instagram.com", "instagram / referral"),
        ("fbclid=1", "localhost", "facebook / referral"),
        ("utm_term=x&utm_content=y", "", "(direct) / (none)"),
        ("ref=twitter&source=newsletter", "", "(direct) / (none)"),
        ("", "mail.google.com", "gmail / email"),
        ("", "perplexity.ai", "perplexity / ai-assistant"),
        ("", "duckduckgo.com", "duckduckgo / organic"),
        ("", "www.youtube.com", "youtube / referral"),
    ],
)
def test_who_has_the_say(query, referrer, origin):
    assert origin_of(arrive(query, referrer)) == origin


@pytest.mark.parametrize(
    ("parameter", "origin", "channel"),
    [
        ("gclid", "google / cpc", "Paid Search"),
        ("gbraid", "google / cpc", "Paid Search"),
        ("wbraid", "google / cpc", "Paid Search"),
        ("gad_source", "google / cpc", "Paid Search"),
        ("dclid", "dv360 / cpm", "Display"),
        ("msclkid", "bing / cpc", "Paid Search"),
        ("yclid", "yandex / cpc", "Paid Search"),
        ("ttclid", "tiktok / cpc", "Paid Social"),
        ("twclid", "twitter / cpc", "Paid Social"),
        ("li_fat_id", "linkedin / cpc", "Paid Social"),
        ("rdt_cid", "reddit / cpc", "Paid Social"),
        ("ScCid", "snapchat / cpc", "Paid Social"),
        ("sc_click", "snapchat / cpc", "Paid Social"),
        ("qclid", "quora / cpc", "Paid Social"),
        ("tblci", "taboola / cpc", "Paid Other"),
        ("dicbo", "outbrain / cpc", "Paid Other"),
        ("irclickid", "impact / affiliate", "Affiliates"),
        ("cjevent", "cj / affiliate", "Affiliates"),
        ("awc", "awin / affiliate", "Affiliates"),
        ("ranSiteID", "rakuten / affiliate", "Affiliates"),
        ("mc_eid", "mailchimp / email", "Email"),
        ("mc_cid", "mailchimp / email", "Email"),
        ("_kx", "klaviyo / email", "Email"),
        ("_hsenc", "hubspot / email", "Email"),
        ("mkt_tok", "marketo / email", "Email"),
        ("srsltid", "google / organic", "Organic Search"),
        ("fbclid", "facebook / referral", "Organic Social"),
        ("igshid", "instagram / referral", "Organic Social"),
        ("igsh", "instagram / referral", "Organic Social"),
        ("epik", "pinterest / referral", "Organic Social"),
    ],
)
def test_each_click_id_alone(parameter, origin, channel):
    read = arrive(f"{parameter}=Val-1")
    assert (origin_of(read), channel_of(read)) == (origin, channel)
    assert read.click_ids == {parameter.lower(): "Val-1"}
    assert read.mark.click_id_kind == parameter.lower()
    assert read.says_origin


def test_of_several_ad_ids_the_first_of_the_table_counts_and_all_are_kept():
    read = arrive("ttclid=T&msclkid=M&fbclid=F&gclid=G")
    assert origin_of(read) == "google / cpc"
    assert read.mark.click_id_kind == "gclid"
    assert read.click_ids == {"gclid": "G", "msclkid": "M", "ttclid": "T", "fbclid": "F"}


def test_a_click_id_that_had_no_say_is_kept_but_does_not_split_the_mark():
    tagged = arrive("utm_source=acme&utm_medium=cpc&fbclid=F")
    assert tagged.mark.click_id_kind is None
    assert tagged.click_ids == {"fbclid": "F"}
    assert tagged.mark == arrive("utm_source=acme&utm_medium=cpc").mark


@pytest.mark.parametrize(
    ("query", "origin"),
    [
        ("utm_source=newsletter&utm_medium=email&gclid=1", "newsletter / email"),
        ("utm_source=newsletter&gclid=1", "google / cpc"),
        ("utm_medium=email&gclid=1", "google / cpc"),
    ],
)
def test_a_workspace_may_put_full_tags_before_click_ids(query, origin):
    assert origin_of(arrive(query, rules=TAGS_FIRST)) == origin


@pytest.mark.parametrize(
    ("query", "field", "value"),
    [
        ("utm_campaign=Spring%20Sale", "campaign", "Spring Sale"),
        ("utm_campaign=Spring+Sale", "campaign", "Spring Sale"),
        ("utm_campaign=a%252Bb", "campaign", "a%2Bb"),
        ("utm_campaign=%20%20", "campaign", None),
        ("utm_campaign=", "campaign", None),
        ("utm_campaign=&utm_campaign=second&utm_campaign=third", "campaign", "second"),
        ("UTM_Campaign=Caps", "campaign", "Caps"),
        ("utm%5Fcampaign=escaped", "campaign", "escaped"),
        ("amp;utm_campaign=x", "campaign", None),
        ("a=1&amp;utm_campaign=x", "campaign", None),
        ("utm_campaign=100%&utm_term=%zz", "campaign", "100%"),
        ("utm_campaign=100%&utm_term=%zz", "term", "%zz"),
        ("utm_campaign=a%00b%0Ac", "campaign", "abc"),
        ("utm_content=Blue", "content", "Blue"),
        ("utm_term=running+shoes", "term", "running shoes"),
        ("utm_source=NewsLetter", "source", "newsletter"),
        ("utm_medium=E-Mail", "medium", "e-mail"),
        ("mtm_source=ig&pk_medium=cpc&matomo_campaign=C", "source", "instagram"),
        ("mtm_source=ig&pk_medium=cpc&matomo_campaign=C", "medium", "cpc"),
        ("mtm_source=ig&pk_medium=cpc&matomo_campaign=C", "campaign", "C"),
        ("pk_source=later&mtm_source=sooner&utm_source=first", "source", "first"),
        ("utm_source=&mtm_source=sooner", "source", "sooner"),
        ("gclid=1&utm_campaign=C&utm_term=T&utm_content=X", "campaign", "C"),
        ("gclid=1&utm_campaign=C&utm_term=T&utm_content=X", "term", "T"),
        ("gclid=1&utm_campaign=C&utm_term=T&utm_content=X", "content", "X"),
        ("gclid=1", "campaign", None),
        ("utm_source=jane%40outlook.live.com", "source", "jane@outlook.live.com"),
        ("utm_source=Docs.Google.com", "source", "docs.google.com"),
    ],
)
def test_reading_parameters(query, field, value):
    assert getattr(arrive(query).mark, field) == value


@pytest.mark.parametrize(
    ("query", "origin"),
    [
        ("#utm_source=fb&utm_medium=cpc", "facebook / cpc"),
        ("?page=2#utm_source=fb&utm_medium=cpc", "facebook / cpc"),
        ("?page=2#?utm_source=fb", "facebook / (not set)"),
        ("?utm_medium=email#utm_source=fb", "(not set) / email"),
        ("?pk_source=a#utm_source=fb", "a / (not set)"),
        ("?utm_source=#utm_source=fb", "facebook / (not set)"),
        ("?page=2#gclid=1", "google / cpc"),
        ("?gclid=1#section", "google / cpc"),
        ("#:~:text=utm_source", "(direct) / (none)"),
    ],
)
def test_a_fragment_written_like_a_query_counts_where_the_query_has_no_tag(query, origin):
    assert origin_of(arrive(query)) == origin


def test_click_ids_of_the_query_stay_when_the_tags_are_in_the_fragment():
    read = arrive("?fbclid=Q#utm_source=acme&utm_medium=post&epik=F")
    assert origin_of(read) == "acme / post"
    assert read.click_ids == {"fbclid": "Q", "epik": "F"}


FULL_CAMPAIGN = {"source": "FB", "medium": "CPC", "name": "Spring", "term": "socks", "content": "Blue"}


def test_the_campaign_of_the_client_is_used_where_the_url_has_no_tags():
    mark = arrive(campaign=FULL_CAMPAIGN).mark
    assert (mark.source, mark.medium, mark.campaign) == ("facebook", "cpc", "Spring")
    assert (mark.term, mark.content) == ("socks", "Blue")


def test_tags_of_the_url_win_over_the_campaign_of_the_client_as_a_whole():
    mark = arrive("utm_source=acme", campaign=FULL_CAMPAIGN).mark
    assert (mark.source, mark.medium, mark.campaign, mark.term) == ("acme", "(not set)", None, None)


@pytest.mark.parametrize("campaign", [{}, {"source": ""}, {"source": "  "}, {"source": None}, {"name": ["x"]}])
def test_an_empty_campaign_is_no_tag(campaign):
    assert not arrive(campaign=campaign).says_origin


def test_a_number_as_campaign_name_is_a_name():
    assert arrive(campaign={"source": "acme", "name": 2026}).mark.campaign == "2026"


@pytest.mark.parametrize(
    ("query", "referrer", "says_origin"),
    [
        ("", "", False),
        ("page=2", "shop.example.com", False),
        ("", "www.paypal.com", False),
        ("utm_content=blue", "", False),
        ("utm_campaign=x", "", True),
        ("fbclid=1", "", True),
        ("", "blog.acme.example", True),
    ],
)
def test_what_says_where_a_visit_came_from(query, referrer, says_origin):
    assert arrive(query, referrer).says_origin is says_origin


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://shop.example.com/Landing/a%20b?x=1#y", "/Landing/a%20b"),
        ("https://shop.example.com", "/"),
        ("https://shop.example.com?utm_source=x", "/"),
        ("/landing?x=1", "/landing"),
        ("", None),
        ("shop", None),
        ("https://shop.example.com/" + "a" * 900, "/" + "a" * 499),
    ],
)
def test_the_landing_path(url, path):
    assert read_arrival(Arrival(url, "", {}), ArrivalRules()).mark.landing_path == path


def test_everything_a_mark_holds():
    read = arrive("utm_source=Acme&utm_medium=Post&utm_campaign=C&utm_content=D&utm_term=T", "www.News.example")
    assert read.mark == Mark("acme", "post", "C", "D", "T", "news.example", "/landing", None)


def test_lengths_are_bounded():
    long = "x" * 3_000
    mark = read_arrival(
        Arrival(LANDING, "", dict.fromkeys(("source", "medium", "name", "content", "term"), long)), ArrivalRules()
    ).mark
    assert [len(mark.source), len(mark.medium)] == [200, 200]
    assert [len(mark.campaign), len(mark.content), len(mark.term)] == [500, 500, 500]
    assert len(arrive(f"gclid={long}").click_ids["gclid"]) == 500


def test_only_the_first_8192_characters_of_a_url_are_read():
    padding = "a" * (8_192 - len(LANDING) - len("?p=&utm_source=fb"))
    assert arrive(f"p={padding}&utm_source=fb").mark.source == "facebook"
    assert arrive(f"p={padding}aaa&utm_source=fb").mark.source != "facebook"
