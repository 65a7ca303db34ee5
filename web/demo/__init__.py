"""A living demo: an agency with three believable clients, posted through the collector's own door."""
