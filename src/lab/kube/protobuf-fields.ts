/*
 * The field numbers of the built-in kinds that kubectl sends as protobuf ("kubectl create …", "kubectl auth
 * can-i"), as the Kubernetes API's generated.proto files number them. One message a paragraph: number, JSON
 * name, type; "..." is a message whose fields stand in its parent. Fields not listed are passed over.
 */

/** One field of a message. An empty name means that its fields belong to the parent. */
export interface ProtobufField {
  readonly name: string;
  readonly type: string;
  readonly shape: 'one' | 'list' | 'map';
}

export type ProtobufMessage = ReadonlyMap<number, ProtobufField>;

const table = `
Affinity: 1 nodeAffinity NodeAffinity, 2 podAffinity PodAffinity, 3 podAntiAffinity
  PodAntiAffinity
AggregationRule: 1 clusterRoleSelectors LabelSelector[]
CSIVolumeSource: 1 driver string, 2 readOnly bool, 3 fsType string, 4 volumeAttributes string{},
  5 nodePublishSecretRef LocalObjectReference
Capabilities: 1 add string[], 2 drop string[]
ClientIPConfig: 1 timeoutSeconds int
ClusterRole: 1 metadata ObjectMeta, 2 rules PolicyRule[], 3 aggregationRule AggregationRule
ClusterRoleBinding: 1 metadata ObjectMeta, 2 subjects Subject[], 3 roleRef RoleRef
ConfigMap: 1 metadata ObjectMeta, 2 data string{}, 3 binaryData bytes{}, 4 immutable bool
ConfigMapEnvSource: 1 ... LocalObjectReference, 2 optional bool
ConfigMapKeySelector: 1 ... LocalObjectReference, 2 key string, 3 optional bool
ConfigMapVolumeSource: 1 ... LocalObjectReference, 2 items KeyToPath[], 3 defaultMode int, 4
  optional bool
Container: 1 name string, 2 image string, 3 command string[], 4 args string[], 5 workingDir
  string, 6 ports ContainerPort[], 7 env EnvVar[], 8 resources ResourceRequirements, 9
  volumeMounts VolumeMount[], 10 livenessProbe Probe, 11 readinessProbe Probe, 12 lifecycle
  Lifecycle, 13 terminationMessagePath string, 14 imagePullPolicy string, 15 securityContext
  SecurityContext, 16 stdin bool, 17 stdinOnce bool, 18 tty bool, 19 envFrom EnvFromSource[], 20
  terminationMessagePolicy string, 21 volumeDevices VolumeDevice[], 22 startupProbe Probe
ContainerPort: 1 name string, 2 hostPort int, 3 containerPort int, 4 protocol string, 5 hostIP
  string
CronJob: 1 metadata ObjectMeta, 2 spec CronJobSpec
CronJobSpec: 1 schedule string, 2 startingDeadlineSeconds int, 3 concurrencyPolicy string, 4
  suspend bool, 5 jobTemplate JobTemplateSpec, 6 successfulJobsHistoryLimit int, 7
  failedJobsHistoryLimit int
DeleteOptions: 1 gracePeriodSeconds int, 2 preconditions Preconditions, 3 orphanDependents bool,
  4 propagationPolicy string, 5 dryRun string[]
Deployment: 1 metadata ObjectMeta, 2 spec DeploymentSpec
DeploymentSpec: 1 replicas int, 2 selector LabelSelector, 3 template PodTemplateSpec, 4 strategy
  DeploymentStrategy, 5 minReadySeconds int, 6 revisionHistoryLimit int, 7 paused bool, 9
  progressDeadlineSeconds int
DeploymentStrategy: 1 type string, 2 rollingUpdate RollingUpdateDeployment
EmptyDirVolumeSource: 1 medium string, 2 sizeLimit Quantity
EnvFromSource: 1 prefix string, 2 configMapRef ConfigMapEnvSource, 3 secretRef SecretEnvSource
EnvVar: 1 name string, 2 value string, 3 valueFrom EnvVarSource
EnvVarSource: 1 fieldRef ObjectFieldSelector, 2 resourceFieldRef ResourceFieldSelector, 3
  configMapKeyRef ConfigMapKeySelector, 4 secretKeyRef SecretKeySelector
EphemeralVolumeSource: 1 volumeClaimTemplate PersistentVolumeClaimTemplate, 2 readOnly bool
Event: 1 metadata ObjectMeta, 2 involvedObject ObjectReference, 3 reason string, 4 message
  string, 5 source EventSource, 6 firstTimestamp Time, 7 lastTimestamp Time, 8 count int, 9 type
  string, 10 eventTime Time, 11 series EventSeries, 12 action string, 13 related
  ObjectReference, 14 reportingComponent string, 15 reportingInstance string
EventSeries: 1 count int, 2 lastObservedTime Time
EventSource: 1 component string, 2 host string
ExecAction: 1 command string[]
HTTPGetAction: 1 path string, 2 port IntOrString, 3 host string, 4 scheme string, 5 httpHeaders
  HTTPHeader[]
HTTPHeader: 1 name string, 2 value string
HTTPIngressPath: 1 path string, 2 backend IngressBackend, 3 pathType string
HTTPIngressRuleValue: 1 paths HTTPIngressPath[]
Handler: 1 exec ExecAction, 2 httpGet HTTPGetAction, 3 tcpSocket TCPSocketAction
HostAlias: 1 ip string, 2 hostnames string[]
HostPathVolumeSource: 1 path string, 2 type string
Ingress: 1 metadata ObjectMeta, 2 spec IngressSpec
IngressBackend: 3 resource TypedLocalObjectReference, 4 service IngressServiceBackend
IngressRule: 1 host string, 2 ingressRuleValue IngressRuleValue
IngressRuleValue: 1 http HTTPIngressRuleValue
IngressServiceBackend: 1 name string, 2 port ServiceBackendPort
IngressSpec: 1 defaultBackend IngressBackend, 2 tls IngressTLS[], 3 rules IngressRule[], 4
  ingressClassName string
IngressTLS: 1 hosts string[], 2 secretName string
Job: 1 metadata ObjectMeta, 2 spec JobSpec
JobSpec: 1 parallelism int, 2 completions int, 3 activeDeadlineSeconds int, 4 selector
  LabelSelector, 5 manualSelector bool, 6 template PodTemplateSpec, 7 backoffLimit int, 8
  ttlSecondsAfterFinished int
JobTemplateSpec: 1 metadata ObjectMeta, 2 spec JobSpec
KeyToPath: 1 key string, 2 path string, 3 mode int
LabelSelector: 1 matchLabels string{}, 2 matchExpressions LabelSelectorRequirement[]
LabelSelectorRequirement: 1 key string, 2 operator string, 3 values string[]
Lease: 1 metadata ObjectMeta, 2 spec LeaseSpec
LeaseSpec: 1 holderIdentity string, 2 leaseDurationSeconds int, 3 acquireTime Time, 4 renewTime
  Time, 5 leaseTransitions int
Lifecycle: 1 postStart Handler, 2 preStop Handler
LocalObjectReference: 1 name string
NFSVolumeSource: 1 server string, 2 path string, 3 readOnly bool
Namespace: 1 metadata ObjectMeta, 2 spec NamespaceSpec
NamespaceSpec: 1 finalizers string[]
NodeAffinity: 1 requiredDuringSchedulingIgnoredDuringExecution NodeSelector, 2
  preferredDuringSchedulingIgnoredDuringExecution PreferredSchedulingTerm[]
NodeSelector: 1 nodeSelectorTerms NodeSelectorTerm[]
NodeSelectorRequirement: 1 key string, 2 operator string, 3 values string[]
NodeSelectorTerm: 1 matchExpressions NodeSelectorRequirement[], 2 matchFields
  NodeSelectorRequirement[]
NonResourceAttributes: 1 path string, 2 verb string
ObjectFieldSelector: 1 apiVersion string, 2 fieldPath string
ObjectMeta: 1 name string, 2 generateName string, 3 namespace string, 5 uid string, 6
  resourceVersion string, 7 generation int, 8 creationTimestamp Time, 9 deletionTimestamp Time,
  10 deletionGracePeriodSeconds int, 11 labels string{}, 12 annotations string{}, 13
  ownerReferences OwnerReference[], 14 finalizers string[]
ObjectReference: 1 kind string, 2 namespace string, 3 name string, 4 uid string, 5 apiVersion
  string, 6 resourceVersion string, 7 fieldPath string
OwnerReference: 1 kind string, 3 name string, 4 uid string, 5 apiVersion string, 6 controller
  bool, 7 blockOwnerDeletion bool
PersistentVolumeClaim: 1 metadata ObjectMeta, 2 spec PersistentVolumeClaimSpec
PersistentVolumeClaimSpec: 1 accessModes string[], 2 resources ResourceRequirements, 3
  volumeName string, 4 selector LabelSelector, 5 storageClassName string, 6 volumeMode string, 7
  dataSource TypedLocalObjectReference
PersistentVolumeClaimTemplate: 1 metadata ObjectMeta, 2 spec PersistentVolumeClaimSpec
PersistentVolumeClaimVolumeSource: 1 claimName string, 2 readOnly bool
Pod: 1 metadata ObjectMeta, 2 spec PodSpec
PodAffinity: 1 requiredDuringSchedulingIgnoredDuringExecution PodAffinityTerm[], 2
  preferredDuringSchedulingIgnoredDuringExecution WeightedPodAffinityTerm[]
PodAffinityTerm: 1 labelSelector LabelSelector, 2 namespaces string[], 3 topologyKey string
PodAntiAffinity: 1 requiredDuringSchedulingIgnoredDuringExecution PodAffinityTerm[], 2
  preferredDuringSchedulingIgnoredDuringExecution WeightedPodAffinityTerm[]
PodDNSConfig: 1 nameservers string[], 2 searches string[], 3 options PodDNSConfigOption[]
PodDNSConfigOption: 1 name string, 2 value string
PodDisruptionBudget: 1 metadata ObjectMeta, 2 spec PodDisruptionBudgetSpec
PodDisruptionBudgetSpec: 1 minAvailable IntOrString, 2 selector LabelSelector, 3 maxUnavailable
  IntOrString
PodReadinessGate: 1 conditionType string
PodSecurityContext: 1 seLinuxOptions SELinuxOptions, 2 runAsUser int, 3 runAsNonRoot bool, 4
  supplementalGroups int[], 5 fsGroup int, 6 runAsGroup int, 7 sysctls Sysctl[], 9
  fsGroupChangePolicy string, 10 seccompProfile SeccompProfile
PodSpec: 1 volumes Volume[], 2 containers Container[], 3 restartPolicy string, 4
  terminationGracePeriodSeconds int, 5 activeDeadlineSeconds int, 6 dnsPolicy string, 7
  nodeSelector string{}, 8 serviceAccountName string, 9 serviceAccount string, 10 nodeName
  string, 11 hostNetwork bool, 12 hostPID bool, 13 hostIPC bool, 14 securityContext
  PodSecurityContext, 15 imagePullSecrets LocalObjectReference[], 16 hostname string, 17
  subdomain string, 18 affinity Affinity, 19 schedulerName string, 20 initContainers
  Container[], 21 automountServiceAccountToken bool, 22 tolerations Toleration[], 23 hostAliases
  HostAlias[], 24 priorityClassName string, 25 priority int, 26 dnsConfig PodDNSConfig, 27
  shareProcessNamespace bool, 28 readinessGates PodReadinessGate[], 29 runtimeClassName string,
  30 enableServiceLinks bool, 31 preemptionPolicy string, 32 overhead Quantity{}, 33
  topologySpreadConstraints TopologySpreadConstraint[], 35 setHostnameAsFQDN bool
PodTemplateSpec: 1 metadata ObjectMeta, 2 spec PodSpec
PolicyRule: 1 verbs string[], 2 apiGroups string[], 3 resources string[], 4 resourceNames
  string[], 5 nonResourceURLs string[]
Preconditions: 1 uid string, 2 resourceVersion string
PreferredSchedulingTerm: 1 weight int, 2 preference NodeSelectorTerm
PriorityClass: 1 metadata ObjectMeta, 2 value int, 3 globalDefault bool, 4 description string, 5
  preemptionPolicy string
Probe: 1 ... Handler, 2 initialDelaySeconds int, 3 timeoutSeconds int, 4 periodSeconds int, 5
  successThreshold int, 6 failureThreshold int
ResourceAttributes: 1 namespace string, 2 verb string, 3 group string, 4 version string, 5
  resource string, 6 subresource string, 7 name string
ResourceFieldSelector: 1 containerName string, 2 resource string, 3 divisor Quantity
ResourceQuota: 1 metadata ObjectMeta, 2 spec ResourceQuotaSpec
ResourceQuotaSpec: 1 hard Quantity{}, 2 scopes string[], 3 scopeSelector ScopeSelector
ResourceRequirements: 1 limits Quantity{}, 2 requests Quantity{}
Role: 1 metadata ObjectMeta, 2 rules PolicyRule[]
RoleBinding: 1 metadata ObjectMeta, 2 subjects Subject[], 3 roleRef RoleRef
RoleRef: 1 apiGroup string, 2 kind string, 3 name string
RollingUpdateDeployment: 1 maxUnavailable IntOrString, 2 maxSurge IntOrString
RollingUpdateStatefulSetStrategy: 1 partition int
SELinuxOptions: 1 user string, 2 role string, 3 type string, 4 level string
ScopeSelector: 1 matchExpressions ScopedResourceSelectorRequirement[]
ScopedResourceSelectorRequirement: 1 scopeName string, 2 operator string, 3 values string[]
SeccompProfile: 1 type string, 2 localhostProfile string
Secret: 1 metadata ObjectMeta, 2 data bytes{}, 3 type string, 4 stringData string{}, 5 immutable
  bool
SecretEnvSource: 1 ... LocalObjectReference, 2 optional bool
SecretKeySelector: 1 ... LocalObjectReference, 2 key string, 3 optional bool
SecretVolumeSource: 1 secretName string, 2 items KeyToPath[], 3 defaultMode int, 4 optional bool
SecurityContext: 1 capabilities Capabilities, 2 privileged bool, 3 seLinuxOptions
  SELinuxOptions, 4 runAsUser int, 5 runAsNonRoot bool, 6 readOnlyRootFilesystem bool, 7
  allowPrivilegeEscalation bool, 8 runAsGroup int, 9 procMount string, 11 seccompProfile
  SeccompProfile
SelfSubjectAccessReview: 1 metadata ObjectMeta, 2 spec SelfSubjectAccessReviewSpec
SelfSubjectAccessReviewSpec: 1 resourceAttributes ResourceAttributes, 2 nonResourceAttributes
  NonResourceAttributes
SelfSubjectReview: 1 metadata ObjectMeta
SelfSubjectRulesReview: 1 metadata ObjectMeta, 2 spec SelfSubjectRulesReviewSpec
SelfSubjectRulesReviewSpec: 1 namespace string
Service: 1 metadata ObjectMeta, 2 spec ServiceSpec
ServiceAccount: 1 metadata ObjectMeta, 2 secrets ObjectReference[], 3 imagePullSecrets
  LocalObjectReference[], 4 automountServiceAccountToken bool
ServiceBackendPort: 1 name string, 2 number int
ServicePort: 1 name string, 2 protocol string, 3 port int, 4 targetPort IntOrString, 5 nodePort
  int, 6 appProtocol string
ServiceSpec: 1 ports ServicePort[], 2 selector string{}, 3 clusterIP string, 4 type string, 5
  externalIPs string[], 7 sessionAffinity string, 8 loadBalancerIP string, 9
  loadBalancerSourceRanges string[], 10 externalName string, 11 externalTrafficPolicy string, 12
  healthCheckNodePort int, 13 publishNotReadyAddresses bool, 14 sessionAffinityConfig
  SessionAffinityConfig, 16 topologyKeys string[], 17 ipFamilyPolicy string, 18 clusterIPs
  string[], 19 ipFamilies string[], 20 allocateLoadBalancerNodePorts bool
SessionAffinityConfig: 1 clientIP ClientIPConfig
StatefulSet: 1 metadata ObjectMeta, 2 spec StatefulSetSpec
StatefulSetSpec: 1 replicas int, 2 selector LabelSelector, 3 template PodTemplateSpec, 4
  volumeClaimTemplates PersistentVolumeClaim[], 5 serviceName string, 6 podManagementPolicy
  string, 7 updateStrategy StatefulSetUpdateStrategy, 8 revisionHistoryLimit int
StatefulSetUpdateStrategy: 1 type string, 2 rollingUpdate RollingUpdateStatefulSetStrategy
Subject: 1 kind string, 2 apiGroup string, 3 name string, 4 namespace string
Sysctl: 1 name string, 2 value string
TCPSocketAction: 1 port IntOrString, 2 host string
Toleration: 1 key string, 2 operator string, 3 value string, 4 effect string, 5
  tolerationSeconds int
TopologySpreadConstraint: 1 maxSkew int, 2 topologyKey string, 3 whenUnsatisfiable string, 4
  labelSelector LabelSelector
TypedLocalObjectReference: 1 apiGroup string, 2 kind string, 3 name string
Volume: 1 name string, 2 ... VolumeSource
VolumeDevice: 1 name string, 2 devicePath string
VolumeMount: 1 name string, 2 readOnly bool, 3 mountPath string, 4 subPath string, 5
  mountPropagation string, 6 subPathExpr string
VolumeSource: 1 hostPath HostPathVolumeSource, 2 emptyDir EmptyDirVolumeSource, 6 secret
  SecretVolumeSource, 7 nfs NFSVolumeSource, 10 persistentVolumeClaim
  PersistentVolumeClaimVolumeSource, 19 configMap ConfigMapVolumeSource, 28 csi CSIVolumeSource,
  29 ephemeral EphemeralVolumeSource
WeightedPodAffinityTerm: 1 weight int, 2 podAffinityTerm PodAffinityTerm
`;

/** Every message by name. */
export const protobufMessages: ReadonlyMap<string, ProtobufMessage> = new Map(
  table
    .replaceAll(/\n\s+/g, ' ')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', fields = ''] = line.split(': ');
      return [
        name,
        new Map(
          fields
            .split(', ')
            .filter((text) => text !== '')
            .map(field),
        ),
      ] as const;
    }),
);

function field(text: string): readonly [number, ProtobufField] {
  const [number = '', name = '', written = ''] = text.trim().split(' ');
  const shape = written.endsWith('[]') ? 'list' : written.endsWith('{}') ? 'map' : 'one';
  const type = shape === 'one' ? written : written.slice(0, -2);
  return [Number(number), { name: name === '...' ? '' : name, type, shape }];
}
