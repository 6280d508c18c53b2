"""What a failing proxy logs, in the words of the AWS SDK for Go v2 and of the services.

The wording is taken from the samples in runbook/signatures.yaml, which name their sources.
"""

from __future__ import annotations

from .names import ACCOUNT, TABLE, TABLE_ARN

_HEAD = 'level=error msg="failed to refresh auth keys" table=' + TABLE + ' err="'
_STS = "get identity: get credentials: failed to refresh cached credentials, failed to retrieve credentials, "
_ASSUME = "STS: AssumeRoleWithWebIdentity"
_REQUEST = "https response error StatusCode: 400, RequestID: 4KBNVRGD25RG1KEO9UT4V3FQDJVV4KQNSO5AEMVJF66Q9ASUAAJG, "


def _dynamodb(operation: str, text: str) -> str:
    return f'{_HEAD}operation error DynamoDB: {operation}, {_REQUEST}{text}"'


def _sts(text: str, status: int = 400) -> str:
    request = f"https response error StatusCode: {status}, RequestID: 15810d8a-d7cf-4cf6-a789-344247a93714, "
    return f'{_HEAD}operation error DynamoDB: GetItem, {_STS}operation error {_ASSUME}, {request}{text}"'


def denied(index: str, operation: str, resource: str = TABLE_ARN, why: str = "") -> str:
    """A refused call in the proxy's own session."""
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{index}-reverse-proxy/1763953200000000000"
    return _refused(session, operation, resource, why)


def denied_as_node(operation: str) -> str:
    """A refused call in a session of the node's role, which is named after the instance."""
    return _refused(f"arn:aws:sts::{ACCOUNT}:assumed-role/cell2-node/i-0a1b2c3d4e5f60718", operation, TABLE_ARN, "")


def _refused(session: str, operation: str, resource: str, why: str) -> str:
    reason = why or f"because no identity-based policy allows the dynamodb:{operation} action"
    said = f"User: {session} is not authorized to perform: dynamodb:{operation} on resource: {resource} {reason}"
    return _dynamodb(operation, f"api error AccessDeniedException: {said}")


def key_disabled(key: str) -> str:
    """A read of a table whose key is disabled."""
    inner = (
        f"com.amazonaws.services.kms.model.DisabledException: {key} is disabled. (Service: AWSKMS; Status Code: 400)"
    )
    return _dynamodb("GetItem", f"api error ValidationException: KMS key disabled error: {inner}")


def key_denied(key: str) -> str:
    """A read of a table whose key the role may not use."""
    why = f"is not authorized to perform: kms:Decrypt on resource: {key} because no identity-based policy allows it"
    return _dynamodb("GetItem", f"api error AccessDeniedException: KMS key access denied error: The role {why}")


def no_provider(issuer: str) -> str:
    """A token of an issuer that IAM does not know."""
    return _sts(f"InvalidIdentityToken: No OpenIDConnect provider found in your account for {issuer}")


def unreachable(host: str, operation: str = "DynamoDB: GetItem") -> str:
    """A host that cannot be reached."""
    sent = f'request send failed, Post \\"https://{host}/\\": dial tcp: lookup {host} on 172.20.0.10:53: no such host'
    attempts = "exceeded maximum number of attempts, 3, https response error StatusCode: 0, RequestID: , "
    return f'{_HEAD}operation error {operation}, {attempts}{sent}"'


REFRESHED = 'level=info msg="auth keys refreshed" source=dynamodb table=' + TABLE
ASSUME_DENIED = _sts("api error AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity", 403)
MALFORMED_ARN = _sts("api error ValidationError: Request ARN is invalid")
EXPIRED = _dynamodb("GetItem", "api error ExpiredTokenException: The security token included in the request is expired")
CLOCK = _dynamodb(
    "GetItem",
    "api error InvalidSignatureException: Signature expired: 20261124T030000Z is now earlier than 20261124T031500Z "
    "(20261124T033000Z - 15 min.)",
)
THROTTLED = _dynamodb(
    "GetItem",
    "api error ThrottlingException: Throughput exceeds the current capacity of your table or index. DynamoDB is "
    "automatically scaling your table or index so please try again shortly.",
)
STS_THROTTLED = _sts("api error Throttling: Rate exceeded")
TABLE_MISSING = _dynamodb("GetItem", "ResourceNotFoundException: Requested resource not found")
KEY_SCHEMA = _dynamodb("GetItem", "api error ValidationException: The provided key element does not match the schema")
AGENT_REFUSED = (
    _HEAD + "operation error DynamoDB: GetItem, get identity: get credentials: failed to refresh cached credentials, "
    'failed to load credentials, : Get \\"http://169.254.170.23/v1/credentials\\": dial tcp 169.254.170.23:80: '
    'connect: connection refused"'
)
SDK_REFUSES = (
    'level=warn msg="Ignoring, HTTP credential provider invalid endpoint host, \\"169.254.170.23\\", only loopback '
    'hosts are allowed. <nil>"'
)
WRONG_AUDIENCE = _sts("InvalidIdentityToken: Incorrect token audience")
POOL_EXHAUSTED = (
    "ERROR refresh of auth keys failed: com.amazonaws.SdkClientException: Unable to execute HTTP request: "
    "Timeout waiting for connection from pool"
)
STS_MODULE_MISSING = (
    "WARN  [sof.ama.aws.aut.cre.int.WebIdentityCredentialsUtils] (main) To use web identity tokens, the 'sts' service "
    "module must be on the class path."
)
TOKEN_UNREADABLE = (
    _HEAD + "operation error DynamoDB: GetItem, get identity: get credentials: failed to refresh cached credentials, "
    "failed to retrieve jwt from provide source, unable to read file at "
    "/var/run/secrets/eks.amazonaws.com/serviceaccount/token: open "
    '/var/run/secrets/eks.amazonaws.com/serviceaccount/token: permission denied"'
)
REGION_MISSING = (
    _HEAD + "operation error DynamoDB: GetItem, failed to resolve service endpoint, endpoint rule error, Invalid "
    'Configuration: Missing Region"'
)
SESSION_TOO_LONG = _sts(
    "api error ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
)
NO_VERIFICATION_KEY = _sts(
    "InvalidIdentityToken: Couldn't retrieve verification key from your identity provider,  please reference "
    "AssumeRoleWithWebIdentity documentation for requirements"
)
POD_IDENTITY_DENIED = (
    _HEAD + "operation error DynamoDB: GetItem, get identity: get credentials: failed to refresh cached credentials, "
    "failed to load credentials, Unauthorized Exception! EKS does not have permissions to assume the associated role., "
    'fault: client"'
)
IMDS_TIMEOUT = (
    _HEAD + "operation error DynamoDB: GetItem, get identity: get credentials: failed to refresh cached credentials, "
    "no EC2 IMDS role found, operation error ec2imds: GetMetadata, request canceled, context deadline exceeded (Client."
    'Timeout exceeded while awaiting headers)"'
)
INTERCEPTED = (
    _HEAD + "operation error DynamoDB: GetItem, exceeded maximum number of attempts, 3, https response error "
    'StatusCode: 0, RequestID: , request send failed, Post \\"https://dynamodb.us-east-1.amazonaws.com/\\": tls: '
    'failed to verify certificate: x509: certificate signed by unknown authority"'
)
NO_REASON = " "
"""For a refusal that names no layer."""
