"""What things are called in the embedded cell."""

from __future__ import annotations

ACCOUNT, REGION, CLUSTER, TABLE = "123456789012", "us-east-1", "cell2-MultitenantEKSCluster", "cell2-auth-keys"
TABLE_ARN = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TABLE}"
CONTAINER = "reverse-proxy"
BEGINNING = "2026-11-01T08:00:00+00:00"
NODE = "ip-10-0-1-17.ec2.internal"
POD_IDENTITY_URI = "http://169.254.170.23/v1/credentials"

PODS = {
    "acme": "index-acme-6c9f8d7b54-xk2lp",
    "borealis": "index-borealis-7d5b9c8f66-2vqsn",
    "cobalt": "index-cobalt-0",
}
"""The pod of each index; its namespace is `tenant-INDEX`."""
