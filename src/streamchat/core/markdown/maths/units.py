r"""Numbers and units as siunitx writes them: `\num{1.2e4}`, `\unit{\metre\per\second}`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from streamchat.core.markdown.maths.nodes import Unformattable
from streamchat.core.markdown.maths.symbols import read_table
from streamchat.core.markdown.scripts import SUPERSCRIPTS

_PREFIXES = read_table(
    "pico p nano n micro μ milli m centi c deci d hecto h kilo k mega M giga G tera T peta P"
)
_UNITS = read_table(
    """
    meter m metre m second s minute min hour h day d gram g kg kg tonne t liter L litre L
    ampere A kelvin K celsius °C degreeCelsius °C mole mol candela cd radian rad degree °
    hertz Hz newton N pascal Pa bar bar joule J electronvolt eV watt W coulomb C volt V farad F
    ohm Ω siemens S weber Wb tesla T henry H lumen lm lux lx becquerel Bq gray Gy byte B
    percent %
    """
)
_BEFORE = {"square": "²", "cubic": "³"}
_BEHIND = {"squared": "²", "cubed": "³"}
_word = re.compile(r"\\tothe\s*\{(?P<power>-?[0-9]+)\}|\\(?P<name>[A-Za-z]+)|\s+|\\,|~")
_exponent = re.compile(r"\s*[eE]\s*([+-]?[0-9]{1,9})\Z")
_power = re.compile(r"(?<=[A-Za-z])\^?\{?(-?[0-9]+)\}?")
_tex = re.compile(r"[\\${}^_]")


def read_number(source: str) -> str:
    """`1.2e4` as 1.2 × 10⁴. Raises Unformattable."""
    exponent = _exponent.search(source)
    text = (source[: exponent.start()] if exponent else source).strip()
    if _tex.search(text):
        raise Unformattable(source)
    if exponent is None:
        return text
    power = "10" + str(int(exponent[1])).translate(SUPERSCRIPTS)
    return f"{text} × {power}" if text else power


def read_unit(source: str) -> str:
    r"""`\kilo\gram\per\second\squared` as kg/s², `kJ mol-1` as kJ mol⁻¹. Raises
    Unformattable."""
    if "\\" not in source:
        text = _power.sub(lambda match: match[1].translate(SUPERSCRIPTS), source)
        if _tex.search(text):
            raise Unformattable(source)
        return text
    units: tuple[list[str], list[str]] = [], []  # above and below
    is_below = was_below = False
    before = raised = ""
    for name, power in _words(source):
        if name in _PREFIXES:
            before = _PREFIXES[name]
        elif name in _BEFORE:
            raised = _BEFORE[name]
        elif name == "per":
            is_below = True
        elif name in _UNITS:
            units[is_below].append(before + _UNITS[name] + raised)
            was_below, is_below = is_below, False
            before = raised = ""
        elif (power or name in _BEHIND) and units[was_below]:
            units[was_below][-1] += power.translate(SUPERSCRIPTS) or _BEHIND[name]
        else:
            raise Unformattable(source)
    if before or raised or is_below:
        raise Unformattable(source)  # of no unit
    return _quotient("·".join(units[0]), units[1])


def _words(source: str) -> Iterator[tuple[str, str]]:
    """The name of each macro, or the power that one asks for."""
    at = 0
    while at < len(source):
        match = _word.match(source, at)
        if match is None:
            raise Unformattable(source)
        at = match.end()
        if match["name"] or match["power"]:
            yield match["name"] or "", match["power"] or ""


def _quotient(above: str, below: list[str]) -> str:
    if not below:
        return above
    text = "·".join(below)
    return f"{above or 1}/{text}" if len(below) == 1 else f"{above or 1}/({text})"
