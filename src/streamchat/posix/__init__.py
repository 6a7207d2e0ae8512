"""System calls that several edges need: opening files safely, and the signal of Ctrl-C.

Below the edges and above nothing but the standard library. Raises OSError; each edge turns
it into an error of its own.
"""
