local name = 'acme-reverse-proxy';
{
  apiVersion: 'iam.services.k8s.aws/v1alpha1',
  kind: 'Role',
  metadata: { name: name, namespace: 'tenant-acme' },
}
