"""A terminal chat for Claude and every server that speaks the Messages API."""

__version__ = "0.1.0"  # a literal: importlib.metadata costs 53 ms of start-up
