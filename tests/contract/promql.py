"""What a PromQL expression names: its selectors and the labels that it groups or joins by.

A strict reading: what it does not know it refuses. That the expression is well formed is for `promtool` to say; both are used together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<duration>\d+(?:ms|[smhdwy])(?:\d+(?:ms|[smhdwy]))*)
      | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<name>[A-Za-z_][A-Za-z0-9_:]*)
      | (?P<operator>=~|!~|!=|==|>=|<=|[-+*/%^<>=(){}\[\],])""",
    re.VERBOSE,
)
LISTS = {"by", "without", "on", "ignoring", "group_left", "group_right"}
WORDS = {"and", "or", "unless", "bool", "offset", "inf", "nan"}


class UnknownTextError(ValueError):
    """Something in the expression is not read here."""


@dataclass(frozen=True)
class Matcher:
    """`label operator value`, the value without quotes."""

    label: str
    operator: str
    value: str


@dataclass(frozen=True)
class Selector:
    """A metric with its matchers."""

    metric: str
    matchers: tuple[Matcher, ...] = ()


@dataclass
class Named:
    """All that one expression names."""

    selectors: list[Selector] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)


def read(expression: str) -> Named:
    """Raises UnknownTextError."""
    tokens, found, at = _tokens(expression), Named(), 0
    while at < len(tokens):
        kind, text = tokens[at]
        following = tokens[at + 1][1] if at + 1 < len(tokens) else ""
        if kind == "name" and text in LISTS:
            end = tokens.index(("operator", ")"), at) if following == "(" else at
            found.labels |= {word for each, word in tokens[at + 1 : end] if each == "name"}
            at = end
        elif kind == "name" and text.lower() not in WORDS and following == "{":
            end = tokens.index(("operator", "}"), at)
            found.selectors.append(Selector(text, _matchers(tokens[at + 2 : end])))
            at = end
        elif kind == "name" and text.lower() not in WORDS and following not in {"(", *LISTS}:
            found.selectors.append(Selector(text))
        elif text == "{":
            raise UnknownTextError("a selector without a metric")
        at += 1
    return found


def _tokens(expression: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    while at < len(expression):
        match = TOKEN.match(expression, at)
        if match is None:
            raise UnknownTextError(expression[at : at + 20])
        if match.lastgroup != "space":
            tokens.append((str(match.lastgroup), match.group()))
        at = match.end()
    return tokens


def _matchers(tokens: list[tuple[str, str]]) -> tuple[Matcher, ...]:
    words = [word for kind, word in tokens if word != ","]
    if len(words) % 3:
        raise UnknownTextError(" ".join(words))
    return tuple(Matcher(label, operator, value[1:-1]) for label, operator, value in zip(words[::3], words[1::3], words[2::3], strict=True))
