"""What a message says, once for every channel: facts, what to do, a closing line. The plain and the HTML form have the same words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

STYLE = "font:16px/1.5 Arial,sans-serif;color:#111827"


@dataclass(frozen=True, slots=True)
class Words:
    """`facts`: (label, value) lines; `lines`: paragraphs below, a link last where there is one. In Vietnamese, nothing personal."""

    facts: Sequence[tuple[str, str]]
    lines: Sequence[str]
    link: str = ""

    def plain(self) -> str:
        """The text part: one fact a line."""
        facts = "\n".join(f"{label}: {value}" for label, value in self.facts)
        return "\n\n".join([facts, *self.lines[:1], *([self.link] if self.link else []), *self.lines[1:]]) + "\n"

    def html(self, subject: str) -> str:
        """The HTML part: everything escaped, nothing fetched from anywhere, nothing that tells whether it was read."""
        rows = "".join(
            f'<tr><th scope="row" style="text-align:left;padding:2px 16px 2px 0;font-weight:normal">{escape(label)}</th>'
            f'<td style="padding:2px 0"><strong>{escape(value)}</strong></td></tr>'
            for label, value in self.facts
        )
        link = [f'<a href="{escape(self.link)}">{escape(self.link)}</a>'] if self.link else []
        rest = [*map(escape, self.lines[:1]), *link, *map(escape, self.lines[1:])]
        return (
            f'<!DOCTYPE html>\n<html lang="vi"><head><meta charset="utf-8"><title>{escape(subject)}</title></head>\n'
            f'<body style="{STYLE}"><h1 style="font-size:20px">{escape(subject)}</h1>\n'
            f'<table style="{STYLE}">{rows}</table>\n' + "".join(f"<p>{line}</p>\n" for line in rest) + "</body></html>\n"
        )
