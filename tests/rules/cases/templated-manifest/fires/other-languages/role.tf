resource "kubernetes_manifest" "x" { manifest = { apiVersion = "iam.services.k8s.aws/v1alpha1", kind = "Role" } }
