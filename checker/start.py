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
    arguments, reads_manifests = sys.argv[1:], False
    if arguments == ["--version"]:
        sys.stdout.write(f"checker {__version__}\n")
        return 0
    if arguments[:1] and (arguments[0] in _READS_A_PROJECT or "--replay" in arguments):
        gc.disable()
        reads_manifests = True
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
    if reads_manifests:
        import_yaml()
    from .cli import main as run

    return run()


def import_yaml() -> None:
    """Imports PyYAML without compiling the expressions of its reader and its resolver, which took 7 % of a run over one
    file: its C parser asks none of them. They are compiled when somebody does."""
    import re

    from .iam.expressions import expression

    at_once = re.compile
    re.compile = expression
    try:
        import yaml  # noqa: F401 - to have it imported
    finally:
        re.compile = at_once
