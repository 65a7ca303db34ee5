"""A living demo: a believable bicycle shop whose visitors are posted through the collector's own door."""
