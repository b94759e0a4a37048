"""The edge of `treasury`: contracts read through a node. Everything returned is a plain value."""
