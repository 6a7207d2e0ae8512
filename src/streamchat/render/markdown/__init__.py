"""Markdown: the leaves of `core.markdown` to rows."""
