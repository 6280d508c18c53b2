"""The SDK does not know which region to call.

What it looks for
    The SDKs' messages on a missing region. The webhook of IRSA sets AWS_REGION
    only where it was told to; outside a node's metadata nothing else says it.

What to do
    Set AWS_REGION in the pod's template to the region of the table.

Source
    aws/aws-sdk-go (ErrMissingRegion), botocore (NoRegionError), AWS SDK for
    Java v2 (DefaultAwsRegionProviderChain); cortexproject/cortex issue 1351.
"""

from __future__ import annotations

from ...live.record.effective_role import environment
from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.refusals import said

ID = "region-missing"
TITLE = "The SDK does not know which region to call"
MANIFEST_HELPS = False
RESTART_NEEDED = True
REMEDIATION = "Set AWS_REGION in the pod's template to the region of the table."

_CLIENT = "The pod has a region, and the client does not take it: look at the client's own configuration."


def look(case: Case) -> Seen:
    events = case.having("region-missing")
    log, evidence = case.says(events), tuple(said(event) for event in events[:2])
    command = (commands.set_region(case),)
    if not events or case.container is None:
        return Seen(log, "no-word", evidence, next=command)
    variables = environment(case.container)
    if not {"AWS_REGION", "AWS_DEFAULT_REGION"} & set(variables) and not case.container.get("envFrom"):
        return Seen(log, "shows", (*evidence, "neither AWS_REGION nor AWS_DEFAULT_REGION is set"), next=command)
    if "AWS_REGION" in variables:
        stated = f"AWS_REGION is set ({variables['AWS_REGION'] or 'to a value that is not recorded'})"
        return Seen(log, "no-word", (*evidence, stated), _CLIENT, (commands.describe_pod(case),))
    return Seen(log, "no-word", evidence, next=command)
