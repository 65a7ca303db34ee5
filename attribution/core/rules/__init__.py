"""The credit rules there are. A new one is a copy of a neighbour and a line here; the laws then test it."""

from attribution.core.rules import (
    first_touch,
    full_path,
    last_non_direct,
    last_touch,
    linear,
    position_based,
    time_decay,
    u_shaped,
    w_shaped,
)
from attribution.core.rules.rule import Rule

RULES: dict[str, Rule] = {
    "first_touch": first_touch.RULE,
    "last_touch": last_touch.RULE,
    "last_non_direct": last_non_direct.RULE,
    "linear": linear.RULE,
    "time_decay": time_decay.RULE,
    "position_based": position_based.RULE,
    "u_shaped": u_shaped.RULE,
    "w_shaped": w_shaped.RULE,
    "full_path": full_path.RULE,
}
"""Name → rule, in the order they are shown."""

__all__ = ["RULES", "Rule"]
