// The undo of having made a namespace: it goes only when nothing is in it that somebody has put there since. Otherwise it
// is left and that is said, because deleting it would take along what this run has not made.

import { listSome } from '../../../engine/index.ts';
import type { WriteContext } from '../../../engine/index.ts';
import type { DrPorts, KubeClient, KubeObject, KubeReader } from '../../ports.ts';
import { valueAt } from './json-tree.ts';
import { contentsOf, countByKind } from './namespace-contents.ts';
import { describeObject, groupOf, listAt } from './objects.ts';
import { refuseProtected } from './protection.ts';
import { removeObject, waitUntilGone } from './removal.ts';

/** For the garbage collector, which comes after what was deleted right before; then the namespace is left. */
const maxRounds = 33;
/** A look is a list of every kind there, and to watch them all is a right that nobody has asked for. */
const firstPauseMs = 100;
const maxPauseMs = 1_000;

/** `finalizers` are the namespace's own; those of what is inside are never touched. */
export async function deleteMadeNamespace(
  kube: KubeClient,
  ctx: WriteContext<DrPorts>,
  namespace: KubeObject,
  finalizers: 'keep' | 'remove',
): Promise<void> {
  const left = await belongingsLeft(kube, ctx, namespace);
  if (left !== undefined) {
    ctx.report({ message: `Namespace ${namespace.metadata.name} is left: it ${left}` });
    return;
  }
  await refuseProtected(kube, ctx, [namespace]);
  await removeObject(kube, ctx, namespace, { finalizers, propagation: 'Background' });
  await waitUntilGone(kube, ctx, [namespace], finalizers);
}

/** "holds 2 Secrets, 1 Pod"; undefined when it is empty. */
async function belongingsLeft(
  kube: KubeReader,
  ctx: WriteContext<DrPorts>,
  namespace: KubeObject,
): Promise<string | undefined> {
  const { name } = namespace.metadata;
  let pauseMs = firstPauseMs;
  for (let round = 1; ; round += 1) {
    const denied: string[] = [];
    const contents = await contentsOf(kube, ctx, name, (kind) => denied.push(kind));
    const belongings = contents.filter((object) => !comesWithNamespace(object));
    if (belongings.length > 0 && round < maxRounds && belongings.every(isLeaving)) {
      ctx.report({
        message: `Waiting for what is being deleted in ${describeObject(namespace)}: ${countByKind(belongings)}`,
      });
      await ctx.sleep(pauseMs);
      pauseMs = Math.min(pauseMs * 2, maxPauseMs);
      continue;
    }
    if (belongings.length > 0) return `holds ${countByKind(belongings)}`;
    return denied.length === 0
      ? undefined
      : `may hold objects of ${listSome(denied)}, which may not be listed`;
  }
}

/** Being deleted, or owned: then its owner is counted too, or is gone and the garbage collector comes. */
function isLeaving(object: KubeObject): boolean {
  return (
    object.metadata['deletionTimestamp'] !== undefined ||
    listAt(object, 'ownerReferences').length > 0
  );
}

const platformAccounts = new Set(['default', 'builder', 'deployer']);

/**
 * What Kubernetes and OpenShift put into every namespace by themselves, beyond what `contentsOf` leaves out already.
 * https://docs.openshift.com/container-platform/4.16/authentication/using-service-accounts-in-applications.html
 */
function comesWithNamespace(object: KubeObject): boolean {
  const { name } = object.metadata;
  switch (`${groupOf(object.apiVersion)}/${object.kind}`) {
    case '/ServiceAccount':
      return platformAccounts.has(name);
    case '/Secret':
      return isAccountSecret(object);
    case 'rbac.authorization.k8s.io/RoleBinding':
    case 'authorization.openshift.io/RoleBinding':
      return name.startsWith('system:');
    case 'coordination.k8s.io/Lease':
      return true;
    case 'operators.coreos.com/ClusterServiceVersion':
      // The Operator Lifecycle Manager copies those of global operators into every namespace.
      return valueAt(object, ['metadata', 'labels', 'olm.copiedFrom']) !== undefined;
    default:
      return false;
  }
}

const accountSecrets = ['kubernetes.io/service-account-token', 'kubernetes.io/dockercfg'];
const accountAnnotations = [
  'kubernetes.io/service-account.name',
  'openshift.io/internal-registry-auth-token.service-account',
];

/** Tokens and pull secrets of the platform's own accounts. */
function isAccountSecret(secret: KubeObject): boolean {
  if (!accountSecrets.some((type) => type === secret['type'])) return false;
  return accountAnnotations.some((name) => {
    const account = valueAt(secret, ['metadata', 'annotations', name]);
    return typeof account === 'string' && platformAccounts.has(account);
  });
}
