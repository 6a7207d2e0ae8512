"""The models of the server, as reports and choices show them: limits, prices, capabilities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from streamchat.api import ModelInfo
from streamchat.cli.run import Run
from streamchat.cli.wiring import build_budget, build_mask, open_model_cache
from streamchat.core.errors import ApiError
from streamchat.core.formatting import format_size
from streamchat.core.key_mask import mask_value
from streamchat.core.messages import JsonObject, Usage
from streamchat.core.model_names import ModelNames
from streamchat.models.prices import Prices

if TYPE_CHECKING:
    from streamchat.api import ApiClient

# The capabilities of the API by which people choose a model.
_SHOWN = {
    "thinking": "thinking",
    "effort": "effort",
    "image_input": "images",
    "pdf_input": "PDF",
}


@dataclass(frozen=True, slots=True)
class ListPrice:
    """What a million tokens cost, in dollars; None is "not known"."""

    input_usd: float | None
    output_usd: float | None

    def to_dict(self) -> dict[str, float | None]:
        return {
            "input_usd_per_million": self.input_usd,
            "output_usd_per_million": self.output_usd,
        }


def list_price(run: Run, model: ModelInfo) -> ListPrice:
    """The price from Anthropic's table; the prices of other servers are not known."""
    price = build_budget(run).price
    if not isinstance(price, Prices):
        return ListPrice(None, None)
    # A thousand of each: long prompts may cost more.
    usages = (
        Usage(input_tokens=1000, output_tokens=0),
        Usage(input_tokens=0, output_tokens=1000),
    )
    found = [price(model.id, usage) for usage in usages]
    return ListPrice(*(None if each is None else round(each * 1000, 4) for each in found))


async def ask_models(run: Run, source: ApiClient) -> list[ModelInfo]:
    """Ask the server for its models; the list is kept for short names and choices. Raises
    ApiError."""
    mask = build_mask(run)
    models = [_read(mask_value(asdict(model), mask)) for model in await source.models()]
    if cache := open_model_cache(run):
        cache.write_list([asdict(model) for model in models])
    return models


async def recent_models(run: Run, source: ApiClient) -> list[ModelInfo]:
    """What the server listed within a day, or lists now; an older list if it does not answer.
    Raises ApiError."""
    cache = open_model_cache(run)
    kept = [_read(each) for each in cache.read_list()] if cache else []
    if cache and cache.has_fresh_list:
        return kept
    try:
        return await ask_models(run, source)
    except ApiError:
        if not kept:
            raise
        return kept


def _read(kept: JsonObject) -> ModelInfo:
    known = {field.name for field in fields(ModelInfo)}
    return ModelInfo(**{name: value for name, value in kept.items() if name in known})


def model_choices(
    run: Run, models: Iterable[ModelInfo], names: ModelNames
) -> list[tuple[str, str]]:
    """Each id with a row in columns: id, context, price, capabilities, short names."""
    short = _short_names(names)
    usable = [model for model in models if model.lifecycle != "retired"]
    cells = [(model.id, *_figures(run, model), _about(model, short)) for model in usable]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    rows = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    return [(model.id, row) for model, row in zip(usable, rows, strict=True)]


def _figures(run: Run, model: ModelInfo) -> tuple[str, str]:
    price = list_price(run, model)
    window = format_size(model.max_input_tokens) if model.max_input_tokens else ""
    if price.input_usd is None or price.output_usd is None:
        return window, ""
    return window, f"${price.input_usd:g} in ${price.output_usd:g} out"


def _about(model: ModelInfo, short: Mapping[str, list[str]]) -> str:
    said = [
        word
        for name, word in _SHOWN.items()
        if isinstance(each := model.capabilities.get(name), Mapping) and each.get("supported")
    ]
    names = [f"= {name}" for name in short.get(model.id, [])]
    return ", ".join([*said, *names])


def _short_names(names: ModelNames) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, id in names.known().items():
        found.setdefault(id, []).append(name)
    return found
