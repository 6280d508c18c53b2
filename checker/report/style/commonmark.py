"""Text of others within Markdown: it must not format, link or mention anybody.

Source: CommonMark specification, "Backslash escapes", "Code spans"; Slack documentation, "Formatting text"
(`<!channel>` and `@`).
"""

from __future__ import annotations

import re

from ...iam.expressions import expression
from .frame import safe

_LINKED = expression(r"\b(?:www(?=\.)|GH-(?=\d))", re.IGNORECASE)
_SPECIAL = expression(r"([\\`*_{}\[\]<>()#+!|~@&])")


def plain(text: str) -> str:
    """Text that formats nothing. What GitHub makes a link of without any mark (addresses with `://` or `www.`, `GH-1`)
    is broken up (GitHub Flavored Markdown, "Autolinks (extension)"; GitHub Docs, "Autolinked references")."""
    shown = _SPECIAL.sub(r"\\\1", safe(text)).replace("\\@", "@\u200b").replace("://", ":\u200b//")
    return _LINKED.sub("\\g<0>\u200b", shown)


def fenced(text: str) -> str:
    """A fenced block, with a fence that is not in the text. Slack takes only fences of three, and reads `<!channel>` in
    code too, so runs of backticks and `<!`, `<@`, `<#` are broken up where a text has them."""
    text = re.sub(r"<(?=[!@#])", "<\u200b", text.replace("```", "`\u200b`\u200b`"))
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{safe(text)}\n{fence}"


def inline(text: str) -> str:
    """A code span, with a delimiter that is not in the text."""
    shown = safe(re.sub(r"<(?=[!@#])", "<\u200b", text))
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    mark = "`" * (longest + 1)
    return f"{mark} {shown} {mark}" if longest else f"{mark}{shown}{mark}"
