"""Something on the way reads the proxy's TLS, or refuses to let it through.

What it looks for
    A certificate of AWS that the SDK does not accept (unknown authority, self
    signed, no path to a trusted root), or a proxy that answers CONNECT with
    403 or 407.

What to do
    Take AWS's endpoints out of the inspection, or give the image the
    inspecting proxy's CA (AWS_CA_BUNDLE, or the system's trust store); look at
    HTTPS_PROXY and NO_PROXY.

Source
    The SDKs' messages, see the samples in signatures.yaml;
    aws/eks-pod-identity-agent issue 47, rebuy-de/aws-nuke issue 269.
"""

from __future__ import annotations

import re

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.log_only import in_log

ID = "egress-intercepted"
TITLE = "Something on the way reads the proxy's TLS, or refuses to let it through"
MANIFEST_HELPS = False
RESTART_NEEDED = True
REMEDIATION = "Take AWS's endpoints out of the TLS inspection, or give the image its CA; look at HTTPS_PROXY, NO_PROXY."

_AWS = re.compile(r"amazonaws\.com|api\.aws|^169\.254\.")


def look(case: Case) -> Seen:
    found = case.having("egress-intercepted")
    # A host that is none of AWS's is somebody else's certificate.
    aws = tuple(event for event in found if not event.host or _AWS.search(event.host))
    return in_log(case, aws, commands.describe_pod(case))
