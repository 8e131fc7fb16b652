"""Secrets in plain text: what a file gives away, found by the shape of values and by the names of their keys."""
