"""The commands about what is asked: a text is drafted, checked, published, taken back, reported on, recorded."""
