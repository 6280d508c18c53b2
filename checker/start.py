"""Where the command begins: what needs nothing is answered before anything is imported."""

from __future__ import annotations

import gc
import sys

from .version import __version__

_READS_A_PROJECT = ("static", "diff", "fix", "who-can")
"""Commands whose work ends with the process, as that of a replay does. What they import and read stays until then: the
cyclic collector would scan it again and again, which took a quarter of the time over 5,000 roles, and free nothing."""


def main() -> int:
    """Runs the command that was typed and returns its exit code."""
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        sys.stdout.write(f"checker {__version__}\n")
        return 0
    if arguments[:1] and (arguments[0] in _READS_A_PROJECT or "--replay" in arguments):
        gc.disable()
    if arguments[:1] == ["static"]:
        from .unconcerned import answered

        if answered(arguments[1:]):
            return 0
        from .kept.key import key_of

        key = key_of(arguments)
        if key is not None:
            from .kept.replay import replay

            code = replay(key)
            if code is not None:
                return code
            from .kept.recording import begin

            begin(key)
    from .cli import main as run

    return run()
