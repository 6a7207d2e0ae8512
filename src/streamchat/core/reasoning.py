"""The words for effort and thinking, in settings and on the wire. They are a module of their
own because the first prompt needs them and nothing else."""

from __future__ import annotations

EFFORTS = ("low", "medium", "high", "xhigh", "max")
# The settings of `thinking`, by the wire type that each one asks for.
WIRE_THINKING = {"adaptive": "adaptive", "hidden": "adaptive", "off": "disabled"}
