"""The global condition keys: their types, and which of them every request carries.

Source: IAM User Guide, "AWS global condition context keys" (the page states for each key its availability, data type
and value type); aws:SourceOwner is older than the page and still stands in the default policy of SNS topics.
"""

from __future__ import annotations

_STRINGS = (
    "aws:PrincipalAccount", "aws:PrincipalOrgID", "aws:PrincipalTag/${TagKey}", "aws:PrincipalServiceName",
    "aws:PrincipalType", "aws:userid", "aws:username", "aws:FederatedProvider", "aws:SourceIdentity", "aws:SourceVpc",
    "aws:SourceVpce", "aws:VpceAccount", "aws:VpceOrgID", "aws:Ec2InstanceSourceVpc", "aws:ResourceAccount",
    "aws:ResourceOrgID", "aws:ResourceTag/${TagKey}", "aws:CalledViaFirst", "aws:CalledViaLast", "aws:CalledViaAWSMCP",
    "aws:referer", "aws:RequestedRegion", "aws:RequestTag/${TagKey}", "aws:SourceAccount", "aws:SourceOrgID",
    "aws:UserAgent", "aws:SourceOwner",
)  # fmt: skip
_LISTS = (
    "aws:PrincipalOrgPaths", "aws:PrincipalServiceNamesList", "aws:VpceOrgPaths", "aws:ResourceOrgPaths",
    "aws:CalledVia", "aws:TagKeys", "aws:SourceOrgPaths",
)  # fmt: skip
_BOOLEANS = (
    "aws:PrincipalIsAWSService", "aws:AssumedRoot", "aws:MultiFactorAuthPresent", "aws:ViaAWSService",
    "aws:ViaAWSMCPService", "aws:SecureTransport", "aws:IsMcpServiceAction",
)  # fmt: skip
_ARNS = ("aws:PrincipalArn", "aws:SourceArn", "aws:SourceVpcArn", "aws:ChatbotSourceArn", "aws:SignInSessionArn")
_DATES = ("aws:CurrentTime", "aws:EpochTime", "aws:TokenIssueTime")
_ADDRESSES = ("aws:SourceIp", "aws:VpcSourceIp", "aws:Ec2InstanceSourcePrivateIPv4")

GLOBAL_KEYS: dict[str, str] = {
    **dict.fromkeys(_STRINGS, "String"),
    **dict.fromkeys(_LISTS, "ArrayOfString"),
    **dict.fromkeys(_BOOLEANS, "Bool"),
    **dict.fromkeys(_ARNS, "ARN"),
    **dict.fromkeys(_DATES, "Date"),
    **dict.fromkeys(_ADDRESSES, "IPAddress"),
    "aws:MultiFactorAuthAge": "Numeric",
}
"""Every global key with its type, as the service catalogue writes types; `${TagKey}` stands for the key of a tag."""

ALWAYS_PRESENT = frozenset(
    {
        "aws:currenttime", "aws:epochtime", "aws:principalaccount", "aws:principaltype", "aws:requestedregion",
        "aws:securetransport", "aws:userid", "aws:viaawsservice",
    }
)  # fmt: skip
"""Keys (lower case) that the page says are always included in the request context."""
