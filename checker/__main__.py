from __future__ import annotations

from .start import main

if __name__ == "__main__":
    raise SystemExit(main())
