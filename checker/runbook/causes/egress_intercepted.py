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

from .. import commands
from ..case import Case
from ..in_log import in_log
from ..seen import Seen

ID = "egress-intercepted"
TITLE = "Something on the way reads the proxy's TLS, or refuses to let it through"
MANIFEST_HELPS = False
RESTART_NEEDED = True
REMEDIATION = "Take AWS's endpoints out of the TLS inspection, or give the image its CA; look at HTTPS_PROXY, NO_PROXY."


def look(case: Case) -> Seen:
    return in_log(case, case.having("egress-intercepted"), commands.describe_pod(case))
