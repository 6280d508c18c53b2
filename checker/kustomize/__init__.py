"""What kustomize, Flux and Argo CD will change of the manifests before they reach the cluster, as far as it can be told
without building them: a namespace and labels are put in, every other change is named where it stands.
"""
