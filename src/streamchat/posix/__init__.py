"""System calls that several edges need: opening files safely, the signal of
Ctrl-C, and a limit for work that takes too long.

Below the edges and above nothing but the standard library. Raises OSError; each edge turns
it into an error of its own.
"""
