resource "kubernetes_cluster_role" "reader" {
  rule {
    api_groups = ["iam.services.k8s.aws"]
    resources  = ["roles"]
    verbs      = ["get"]
  }
}
