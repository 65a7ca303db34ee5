"""What holds for any text at all."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tracking.core.bots import is_bot
from tracking.core.channels import CHANNELS, classify
from tracking.core.click_ids import KINDS
from tracking.core.marks import Arrival, ArrivalRules, Mark, read_arrival
from tracking.core.sources import canonical_source

any_text = st.text(st.characters(), max_size=60)
hosts = st.one_of(
    any_text,
    st.sampled_from(
        [
            "www.google.com",
            "fb.com",
            "[::1",
            "[::ffff:1.2.3.4%x]",
            "a..b",
            "%zz",
            "%ff.com",
            "xn--a",
            "xn--.com",
            "1.2.3.4.5",
            "0x",
            "ß。example",
            "a" * 400,
        ]
    ),
)
urls = st.one_of(
    any_text,
    st.builds(
        "{}://{}{}{}".format,
        st.sampled_from(["http", "https", "android-app", "ios-app", "ftp", ""]),
        hosts,
        st.sampled_from(["", ":", ":80", ":99999", ":x", "@", "@google.com", "\\@x.example"]),
        st.builds(
            "/{}?{}={}#{}".format,
            any_text,
            st.sampled_from(["utm_source", "UTM_MEDIUM", "gclid", "fbclid", "%zz"]),
            any_text,
            any_text,
        ),
    ),
)
arrivals = st.builds(
    Arrival,
    urls,
    urls,
    st.dictionaries(st.sampled_from(["source", "medium", "name", "term", "content", "x"]), any_text, max_size=4),
)
rules = st.builds(ArrivalRules, st.frozensets(hosts, max_size=2), st.frozensets(hosts, max_size=2), st.booleans())


@settings(max_examples=400, deadline=None)
@given(arrivals, rules)
def test_any_arrival_is_read_and_fits_the_columns(arrival, rules):
    read = read_arrival(arrival, rules)
    assert read == read_arrival(arrival, rules)
    assert classify(read.mark) in CHANNELS
    limits = {"source": 200, "medium": 200, "campaign": 500, "content": 500, "term": 500, "landing_path": 500}
    for field in (*limits, "referrer_host"):
        value = getattr(read.mark, field)
        if value is not None:
            assert 0 < len(value) <= limits.get(field, 253)
            assert "\x00" not in value
            value.encode("utf-8")
    for value in read.click_ids.values():
        value.encode("utf-8")
    assert read.mark.source == canonical_source(read.mark.source)
    assert classify(read.mark) != "Direct" or "direct" in read.mark.source
    if not read.says_origin:
        assert (read.mark.source, read.mark.medium) == ("(direct)", "(none)")


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([kind.parameter for kind in KINDS if kind.proves == "ad"]),
    st.text("abc%+&=#/ ?é", max_size=30),
    urls,
)
def test_an_ad_click_without_tags_is_paid_or_display_wherever_it_comes_from(parameter, path, referrer):
    read = read_arrival(Arrival(f"https://shop.example.com/?{parameter}=1", referrer, {}), ArrivalRules())
    assert classify(read.mark).startswith(("Paid", "Display"))


words = st.one_of(
    st.sampled_from(
        [
            "google",
            "fb",
            "m.facebook.com",
            "chatgpt",
            "gmail",
            "cpc",
            "paid-x",
            "email",
            "shop",
            "(direct)",
            "(none)",
            "banner",
            "sms",
        ]
    ),
    st.text(st.characters(max_codepoint=127), max_size=20),
)


@given(words, words, words)
def test_case_never_counts(source, medium, campaign):
    def channel(change):
        return classify(Mark(change(source), change(medium), change(campaign), None, None, None, None, None))

    assert channel(str) == channel(str.upper) == channel(str.lower) == channel(str.swapcase)


@given(any_text)
def test_any_user_agent_is_judged(user_agent):
    assert is_bot(user_agent) == is_bot(user_agent)


@given(any_text)
def test_a_canonical_source_stays_what_it_is(name):
    assert canonical_source(canonical_source(name)) == canonical_source(name)


def test_huge_texts_are_read_in_no_time():
    for text in (
        "a" * 100_000,
        "https://" + "@" * 100_000,
        "https://x/?" + "&" * 100_000,
        "%" * 100_000,
        "é" * 100_000,
        "https://" + "ü" * 100_000,
        "?" * 100_000,
    ):
        read = read_arrival(Arrival(text, text, dict.fromkeys(("source", "medium", "name"), text)), ArrivalRules())
        assert classify(read.mark) in CHANNELS
        is_bot(text)
