"""Links to files in terminals that have them (OSC 8, https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda)."""

from __future__ import annotations

import os
from collections.abc import Mapping

from .look import Look

_PROGRAMS = ("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio")
_TERMINALS = ("xterm-kitty", "xterm-ghostty", "foot", "alacritty", "wezterm", "contour")
_VTE = 5000
"""The first version of GNOME's VTE with links is 0.50."""


def shows_links(environment: Mapping[str, str]) -> bool:
    """Whether the terminal says that it has links; `FORCE_HYPERLINK` decides where it is set. Multiplexers hand them on
    from a certain version only, and their version is not known."""
    forced = environment.get("FORCE_HYPERLINK")
    if forced:
        return forced not in ("0", "false")
    terminal, version = environment.get("TERM", ""), environment.get("VTE_VERSION", "")
    if terminal.startswith(("screen", "tmux")) or environment.get("TMUX"):
        return False
    return (
        environment.get("TERM_PROGRAM") in _PROGRAMS
        or terminal.startswith(_TERMINALS)
        or (version.isdigit() and int(version) >= _VTE)
        or bool(environment.get("WT_SESSION") or environment.get("KONSOLE_VERSION"))
    )


def linked(text: str, path: str, look: Look) -> str:
    """The text as a link to a file, where the terminal has links."""
    if not look.links:
        return text
    from urllib.parse import quote

    # With the machine's name, a terminal connected over ssh opens no local file of the same path.
    machine = os.uname().nodename if hasattr(os, "uname") else ""
    target = f"file://{machine}{quote(os.path.abspath(path), errors='surrogateescape')}"
    return f"\x1b]8;;{target}\x1b\\{text}\x1b]8;;\x1b\\"
