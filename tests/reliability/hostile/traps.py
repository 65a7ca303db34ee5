"""Values that have broken somebody's parser, database, clock or arithmetic, as JSON texts; some are no JSON at all."""

import json

NUMBERS = [
    "0", "-0", "-0.0", "1", "-1", "0.1", "1e-320", "1e308", "1e309", "-1e309", "1e400", "1E+99999", "2147483648",
    "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "18446744073709551616",
    "1" * 40, "1" * 41, "1" * 4_301, "1" * 5_000, "0." + "3" * 400, "1e", "1.", ".5", "+1", "01", "0x10", "1_000",
    "NaN", "Infinity", "-Infinity", "nan", "inf",
]  # fmt: skip
TEXTS = [
    "", " ", "\t", "\n", "\r\n", "null", "true", "NaN", "Infinity", "-1", "1e400", "0x10", "1,5", "1.234,56", "١٢٣",
    "a" * 255, "a" * 256, "a" * 10_000, "😀" * 128, "😀" * 3_000, "é", "e\u0301", "\ufeff", "\ufffe", "\uffff",
    "\u202e\u2066", "\u200b", "\u2028\u2029", "\x7f\x80\x9f", "İıſK", "ß" * 300, "ﷺ" * 100, "z\u0311" * 500,
    "%00", "%s%d%n", "{0}{x.__class__}", "${jndi:x}", "{{7*7}}", "../../x", "\\", "\\\\", "'", '"', "`", "--", "/*",
    "' or 1=1; --", "'); drop table tracking_event; --", "<script>x()</script>", "=1+1", "@x", "-x", "|x",
    "__proto__", "constructor", "(a+)+$", "a" * 40 + "!", "[" * 200, "{" * 200,
]  # fmt: skip
ESCAPED = [
    r'"\u0000"', r'"a\u0000b"', r'"\\u0000"', r'"\\\u0000"', r'"\ud800"', r'"\udc00"', r'"\udc00\ud800"',
    r'"\ud83d\ude00"', r'"\ud83d"', r'"\uD800\u0041"', r'"\uFFFF"', r'"\u"', r'"\u12"', r'"\x41"', r'"\8"', '"\\',
    '"\x00"', '"\x01"', '"\n"', '"\x1f"', '"unfinished', "'single'", "undefined",
]  # fmt: skip
SHAPES = [
    "null", "true", "false", "[]", "{}", "[[]]", "[{}]", "[null]", "[1]", '["x"]', '[""]', '{"": 1}', '{"a": null}',
    '{"__proto__": {"x": 1}}', r'{"\u0000": 1}', r'{"\ud800": 1}', '{"a": 1, "a": 2}', '{"a": {"a": {"a": {}}}}',
    "[" * 31 + "]" * 31, "[" * 33 + "]" * 33, "[" * 5_000 + "]" * 5_000, "[" * 5_000, "]" * 50,
    '{"a":' * 31 + "1" + "}" * 31,
    '{"a":' * 2_000 + "1" + "}" * 2_000, "[" + "0," * 10_000 + "0]", json.dumps({f"k{n}": n for n in range(1_500)}),
    json.dumps([{}] * 2_000), json.dumps({"x" * 1_000: "y"}), "", " ", ",", ":", "[,]", "[1,]", '{"a"}', '{"a":}',
    '{a: 1}', "/* */ 1", "1 2", "{}{}",
]  # fmt: skip
TIMES = [
    "2026-02-30T00:00:00Z", "0000-00-00", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-14:00", "99999-01-01", "-0001-01-01", "2026-06-31", "2024-02-29T24:00:00Z",
    "2026-03-29T02:30:00", "2026-01-01T00:00:60Z", "2026-01-01T00:00:00.123456789Z", "2026-01-01T00:00:00+99:99",
    "20260101T000000Z", "2026-W01-1", "1700000000", "1700000000000", "-62135596801", "12:00", "now", "infinity",
    "-infinity", "epoch", "2026-01-01 BC", "２０２６-01-01",
]  # fmt: skip
ADDRESSES = [
    "http://", "http:///x", "http://[", "http://[::1", "http://[::1%eth0]/", "http://a@b@c/", "http://a:b:c/",
    "http://x:99999999/", "http://x:-1/", "http://\u0000/", "http://xn--/", "http://xn--a-ecp.ru/", "http://ß.example/",
    "http://" + "a." * 200 + "b/", "http://" + "a" * 3_000 + "/", "//x", "///", "?", "#", "?utm_source", "?utm_source=",
    "?utm_source=%", "?utm_source=%00", "?utm_source=%ff%fe", "?utm_source=%u0041", "?" + "&" * 3_000,
    "?" + "utm_source=a&" * 800, "?utm_source[]=a&utm_source[0]=b", "?gclid=" + "g" * 5_000, "javascript:x()",
    "data:text/html,x", "file:///etc/x", "HTTP://EXAMPLE.TEST/?UTM_SOURCE=A", "http://example.test/%2e%2e/%00",
    "http://example.test\\@evil.test/", " http://example.test/ ", "http://exa\tmple.test/", "http://１２７.0.0.1/",
]  # fmt: skip

TRAPS: list[str] = [
    *NUMBERS,
    *(json.dumps(text, ensure_ascii=place % 2 == 0) for place, text in enumerate([*TEXTS, *TIMES, *ADDRESSES])),
    *ESCAPED,
    *SHAPES,
]
