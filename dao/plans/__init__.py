"""Allocation plans that come with the toolkit, as data."""
