"""What a live run has spent since it began, over all its starts, and which of its limits that reaches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from measurand.document.live import Limit, Price
from measurand.document.number import real
from measurand.document.observation import Observation
from measurand.message import say

TOKENS = ("tokens_in", "tokens_out")


@dataclass
class Spent:
    """Requests, tokens and time."""

    requests: int = 0
    """Those that brought an observation or a fault; one that a killed process had under way is not known."""
    seconds: float = 0.0
    """Of all starts together."""
    tokens: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    """System -> tokens in and out, of the answers that state them."""

    def add(self, observation: Observation) -> None:
        """The tokens of an answer."""
        for place, name in enumerate(TOKENS):
            self.tokens[observation.system][place] += int(observation.output.get(name, "0"))

    def cost(self, prices: Mapping[str, Price]) -> Decimal:
        """sum over the systems of (tokens in x price in + tokens out x price out) / per."""
        total = Decimal(0)
        for system, (put_in, got_out) in self.tokens.items():
            if (price := prices.get(system)) is not None:
                total += spent_on(price, put_in, got_out)
        return total


def spent_on(price: Price, tokens_in: int, tokens_out: int) -> Decimal:
    """``(tokens in x price in + tokens out x price out) / per``."""
    return (tokens_in * Decimal(price.input) + tokens_out * Decimal(price.output)) / price.per


def reached(limit: Limit | None, spent: Spent, prices: Mapping[str, Price], *, requests: int) -> str | None:
    """The limit that is reached, in words; ``requests`` are those that were begun."""
    if limit is None:
        return None
    if limit.requests is not None and requests >= limit.requests:
        return say("run.limit_requests", count=f"{limit.requests:,}")
    if limit.tokens is not None and sum(map(sum, spent.tokens.values())) >= limit.tokens:
        return say("run.limit_tokens", count=f"{limit.tokens:,}")
    if limit.money is not None and spent.cost(prices) >= Decimal(limit.money):
        return money(Decimal(limit.money), prices)
    if limit.minutes is not None and spent.seconds >= 60 * real(limit.minutes):
        return say("run.limit_minutes", count=f"{real(limit.minutes):g}")
    return None


def money(amount: Decimal, prices: Mapping[str, Price]) -> str:
    """An amount with its currency.

    >>> money(Decimal("0.0123"), {"": Price(input="1", output="2", currency="EUR")})
    '0.0123 EUR'
    """
    currency = next(iter(prices.values())).currency if prices else ""
    return f"{amount.normalize():f} {currency}".strip()
