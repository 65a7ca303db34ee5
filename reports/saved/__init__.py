"""Views that people keep: a page of the product with its filters, under a name."""
