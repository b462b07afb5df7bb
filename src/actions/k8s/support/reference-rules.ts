// Where objects name the Secrets and ConfigMaps that they need: data, one line a place, so that a missing one is easy to
// see and to add. Field names are those of the HyperShift API (api/hypershift/v1beta1) and of core/v1 pod templates.

export interface ReferenceRule {
  /** "*" for every kind. */
  readonly kind: string;
  readonly group?: string;
  /** Dotted path to the name; "[]" goes through a list. */
  readonly path: string;
  readonly refersTo: 'Secret' | 'ConfigMap';
}

const hypershift = 'hypershift.openshift.io';

/** HostedCluster and HostedControlPlane share these fields. */
const hostedClusterFields: readonly (readonly [string, ReferenceRule['refersTo']])[] = [
  ['spec.pullSecret.name', 'Secret'],
  ['spec.sshKey.name', 'Secret'],
  ['spec.auditWebhook.name', 'Secret'],
  ['spec.serviceAccountSigningKey.name', 'Secret'],
  ['spec.additionalTrustBundle.name', 'ConfigMap'],
  ['spec.secretEncryption.aescbc.activeKey.name', 'Secret'],
  ['spec.secretEncryption.aescbc.backupKey.name', 'Secret'],
  ['spec.secretEncryption.kms.aws.auth.credentials.name', 'Secret'],
  ['spec.etcd.unmanaged.tls.clientSecret.name', 'Secret'],
  ['spec.platform.aws.controlPlaneOperatorCreds.name', 'Secret'],
  ['spec.platform.aws.kubeCloudControllerCreds.name', 'Secret'],
  ['spec.platform.aws.nodePoolManagementCreds.name', 'Secret'],
  [
    'spec.configuration.apiServer.servingCerts.namedCertificates[].servingCertificate.name',
    'Secret',
  ],
  ['spec.configuration.apiServer.clientCA.name', 'ConfigMap'],
  ['spec.configuration.ingress.componentRoutes[].servingCertKeyPairSecret.name', 'Secret'],
  ['spec.configuration.oauth.templates.login.name', 'Secret'],
  ['spec.configuration.oauth.templates.error.name', 'Secret'],
  ['spec.configuration.oauth.templates.providerSelection.name', 'Secret'],
  ['spec.configuration.oauth.identityProviders[].openID.clientSecret.name', 'Secret'],
  ['spec.configuration.oauth.identityProviders[].openID.ca.name', 'ConfigMap'],
  ['spec.configuration.oauth.identityProviders[].github.clientSecret.name', 'Secret'],
  ['spec.configuration.oauth.identityProviders[].github.ca.name', 'ConfigMap'],
  ['spec.configuration.oauth.identityProviders[].gitlab.clientSecret.name', 'Secret'],
  ['spec.configuration.oauth.identityProviders[].gitlab.ca.name', 'ConfigMap'],
  ['spec.configuration.oauth.identityProviders[].google.clientSecret.name', 'Secret'],
  ['spec.configuration.oauth.identityProviders[].htpasswd.fileData.name', 'Secret'],
  ['spec.configuration.oauth.identityProviders[].ldap.bindPassword.name', 'Secret'],
  ['spec.configuration.oauth.identityProviders[].ldap.ca.name', 'ConfigMap'],
  ['spec.configuration.oauth.identityProviders[].requestHeader.ca.name', 'ConfigMap'],
  ['spec.configuration.oauth.identityProviders[].basicAuth.tlsClientCert.name', 'Secret'],
  ['spec.configuration.oauth.identityProviders[].basicAuth.tlsClientKey.name', 'Secret'],
  ['spec.configuration.oauth.identityProviders[].basicAuth.ca.name', 'ConfigMap'],
  ['spec.configuration.oauth.identityProviders[].keystone.tlsClientCert.name', 'Secret'],
  ['spec.configuration.oauth.identityProviders[].keystone.tlsClientKey.name', 'Secret'],
  ['spec.configuration.oauth.identityProviders[].keystone.ca.name', 'ConfigMap'],
  [
    'spec.configuration.authentication.oidcProviders[].issuer.issuerCertificateAuthority.name',
    'ConfigMap',
  ],
  ['spec.configuration.authentication.oidcProviders[].oidcClients[].clientSecret.name', 'Secret'],
  ['spec.configuration.image.additionalTrustedCA.name', 'ConfigMap'],
  ['spec.configuration.proxy.trustedCA.name', 'ConfigMap'],
  ['spec.configuration.scheduler.policy.name', 'ConfigMap'],
];

const podTemplates = ['spec.template.spec', 'spec.jobTemplate.spec.template.spec', 'spec'];
const containerLists = ['containers[]', 'initContainers[]'];

const podFields: readonly (readonly [string, ReferenceRule['refersTo']])[] = [
  ['imagePullSecrets[].name', 'Secret'],
  ['volumes[].secret.secretName', 'Secret'],
  ['volumes[].configMap.name', 'ConfigMap'],
  ['volumes[].projected.sources[].secret.name', 'Secret'],
  ['volumes[].projected.sources[].configMap.name', 'ConfigMap'],
  ...containerLists.flatMap((list): [string, ReferenceRule['refersTo']][] => [
    [`${list}.env[].valueFrom.secretKeyRef.name`, 'Secret'],
    [`${list}.env[].valueFrom.configMapKeyRef.name`, 'ConfigMap'],
    [`${list}.envFrom[].secretRef.name`, 'Secret'],
    [`${list}.envFrom[].configMapRef.name`, 'ConfigMap'],
  ]),
];

export const referenceRules: readonly ReferenceRule[] = [
  ...['HostedCluster', 'HostedControlPlane'].flatMap((kind) =>
    hostedClusterFields.map(([path, refersTo]) => ({ kind, group: hypershift, path, refersTo })),
  ),
  { kind: 'NodePool', group: hypershift, path: 'spec.config[].name', refersTo: 'ConfigMap' },
  { kind: 'NodePool', group: hypershift, path: 'spec.tuningConfig[].name', refersTo: 'ConfigMap' },
  {
    kind: 'Machine',
    group: 'cluster.x-k8s.io',
    path: 'spec.bootstrap.dataSecretName',
    refersTo: 'Secret',
  },
  { kind: 'ServiceAccount', group: '', path: 'secrets[].name', refersTo: 'Secret' },
  { kind: 'ServiceAccount', group: '', path: 'imagePullSecrets[].name', refersTo: 'Secret' },
  {
    kind: 'Ingress',
    group: 'networking.k8s.io',
    path: 'spec.tls[].secretName',
    refersTo: 'Secret',
  },
  ...podTemplates.flatMap((template) =>
    podFields.map(([path, refersTo]) => ({ kind: '*', path: `${template}.${path}`, refersTo })),
  ),
];
