"""Kill every part of a running Headwater at random moments under load, and account for every event afterwards.

`story` tells what is posted and what should come of it, `clients` post it and keep a ledger, `house` is what is hurt,
`judge` compares, `sabotage` breaks the promises on purpose, so that we know the bench would see it.
"""
