"""Moments as logs and records write them."""

from __future__ import annotations

from datetime import UTC, datetime


def seconds(stamp: str) -> float:
    """An RFC 3339 time as seconds since the epoch; 0 for anything else."""
    try:
        moment = datetime.fromisoformat(stamp.replace("Z", "+00:00"))
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
