"""The hot door: check the key, clean, store durably, answer. A raw ASGI callable beside Django, for speed.

`application` answers requests; `keys` and `rate` say who may post and how much; `writer` stores what many requests
brought in one transaction; `bell` tells the workers to look.
"""

from tracking.collector.application import Collector

__all__ = ["Collector"]
