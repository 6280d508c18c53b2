"""How the sentences begin that say why a kubeconfig cannot be used; reports know by them what to do first."""

from __future__ import annotations

PLUGIN_FAILED = "the kubeconfig's plugin for credentials failed"
NO_KUBECONFIG = "there is no kubeconfig"
NO_CONTEXT = "the kubeconfig has no context"
