"""Text in Unicode's superscript and subscript characters, where these exist."""

from __future__ import annotations

SUPERSCRIPTS = str.maketrans(
    "0123456789+-=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW'∘αβγδθ−",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ′°ᵅᵝᵞᵟᶿ⁻",
)
SUBSCRIPTS = str.maketrans(
    "0123456789+-=()aehijklmnoprstuvxβγρφχ−", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ₋"
)


def superscript(text: str) -> str | None:
    """None where a character has no such form."""
    return _written_in(SUPERSCRIPTS, text)


def subscript(text: str) -> str | None:
    """None where a character has no such form."""
    return _written_in(SUBSCRIPTS, text)


def _written_in(characters: dict[int, int], text: str) -> str | None:
    if any(ord(character) not in characters for character in text):
        return None
    return text.translate(characters)
