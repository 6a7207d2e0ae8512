"""Rows to bytes: what the terminal shows, and when."""
