"""What an apply works with: the cluster, a look at the index, and whoever is told and asked."""

from __future__ import annotations

import time
from collections.abc import Callable

from ...iam.values import NamedTuple
from ...incident.investigate import Investigation, investigate, judge
from ...live.clients.kubernetes import Cluster
from ...live.collect import connection_to
from ...live.record.record import Record, reading
from ...runbook.diagnose import Diagnosis


class World(NamedTuple):
    """What the steps work with: the cluster; `look` diagnoses from the log of the last so many seconds, and, where the
    pod was deleted, whatever pod there is now; `say` tells, `confirm` asks, `pause` waits so many seconds. Waiting for
    IAM and for the log ends after `patience` seconds each.
    """

    cluster: Cluster
    look: Callable[[int, bool], Diagnosis]
    say: Callable[[str], None]
    confirm: Callable[[str], bool]
    pause: Callable[[float], None] = time.sleep
    patience: float = 180


def world_of(
    made: Investigation, record: Record, say: Callable[[str], None], confirm: Callable[[str], bool], patience: float
) -> World:
    """The world of an investigation that has been carried out once (`record`). Raises Refused where the cluster is not
    reached."""

    def look(since_seconds: int, is_restarted: bool) -> Diagnosis:
        again = made._replace(target=made.target._replace(since_seconds=since_seconds))
        if is_restarted:
            # A pod that was named is gone by then, and its successor has another name.
            again = again._replace(search=again.search._replace(pod=""))
        return judge(investigate(again), made.requirements)

    connection = connection_to(made.access, made.target, lambda: reading(record, "eks-cluster"))
    cluster = Cluster(connection, read=made.access.read_seconds)
    return World(cluster, look, say, confirm, patience=patience)
