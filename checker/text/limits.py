"""How much is read: beyond these a file or a document is a finding that says so, never a run that does not end.

Far above what Kubernetes takes (a request of 3 MiB, 1.5 MiB in etcd) and what people write; a stream of 50,000 roles
fits. Every reader of text asks here: manifests, requirements and configurations alike.
"""

from __future__ import annotations

FILE_LIMIT = 64_000_000
"""Bytes of one file or stream."""

DEPTH_LIMIT = 100
"""Mappings and lists inside one another in one document, aliases followed; no Kubernetes object comes near."""

NODE_LIMIT = 250_000
"""Fields and items of one document, with aliases and merges written out; the API server refuses excessive aliasing as
well."""


TOO_LARGE = f"the file is larger than {FILE_LIMIT // 1_000_000} MB, and not read"
