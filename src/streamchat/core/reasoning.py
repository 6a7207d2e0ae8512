"""The words for how a model reasons, in settings and on the wire. No more than that: the
first prompt needs them."""

from __future__ import annotations

EFFORTS = ("low", "medium", "high", "xhigh", "max")
# The settings of `thinking`, by the wire type that each one asks for.
WIRE_THINKING = {"adaptive": "adaptive", "hidden": "adaptive", "off": "disabled"}
