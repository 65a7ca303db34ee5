"""Everything a door may be sent that nobody meant.

`bent` makes it from a seed and from the `traps`, `caller` sends it, `wire` breaks HTTP itself, `slow` takes its time.
"""
