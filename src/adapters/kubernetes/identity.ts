// Who we are to one API server, with where that is known from: the server's own answer counts; a certificate or a token
// only says what it was made out to; an opaque token says nothing.

import { X509Certificate } from 'node:crypto';
import { Agent } from 'node:https';
import { DrctlError } from '../../engine/index.ts';
import type { Json, JsonObject } from '../../engine/index.ts';
import type { Connection } from './connection.ts';
import type { Headers } from './login.ts';

export interface KubeIdentity {
  readonly user: string;
  readonly groups: readonly string[];
  readonly knownFrom: 'server' | 'kubeconfig' | 'certificate' | 'token';
}

/** undefined: neither the server nor the credentials say it. */
export async function whoAmI(
  connection: Connection,
  signal: AbortSignal,
): Promise<KubeIdentity | undefined> {
  return (await askServer(connection, signal)) ?? readCredentials(connection, signal);
}

/** SelfSubjectReview came with Kubernetes 1.26 as alpha; OpenShift has had an answer of its own for longer. */
const reviewVersions = ['v1', 'v1beta1', 'v1alpha1'];

async function askServer(
  connection: Connection,
  signal: AbortSignal,
): Promise<KubeIdentity | undefined> {
  const site = { verb: 'ask about', object: 'ourselves', signal };
  for (const version of reviewVersions) {
    const apiVersion = `authentication.k8s.io/${version}`;
    const review = await orUnanswered(
      connection.json<{ readonly status?: { readonly userInfo?: JsonObject } }>({
        ...site,
        method: 'POST',
        path: `/apis/${apiVersion}/selfsubjectreviews`,
        body: { apiVersion, kind: 'SelfSubjectReview' },
      }),
    );
    const info = review?.status?.userInfo;
    const user = info?.['username'];
    if (typeof user === 'string') {
      return { user, groups: textsOf(info?.['groups']), knownFrom: 'server' };
    }
  }
  const account = await orUnanswered(
    connection.json<{ readonly metadata?: JsonObject; readonly groups?: Json }>({
      ...site,
      method: 'GET',
      path: '/apis/user.openshift.io/v1/users/~',
    }),
  );
  const name = account?.metadata?.['name'];
  if (typeof name !== 'string') return undefined;
  return { user: name, groups: textsOf(account?.groups), knownFrom: 'server' };
}

/** Not served, or not for us. That the server does not answer at all, or does not know us, is thrown. */
async function orUnanswered<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    const codes = ['CLIENT_NOT_FOUND', 'CLIENT_DENIED', 'CLIENT_INVALID'];
    if (error instanceof DrctlError && codes.includes(error.code)) return undefined;
    throw error;
  }
}

async function readCredentials(
  connection: Connection,
  signal: AbortSignal,
): Promise<KubeIdentity | undefined> {
  const { headers, agent } = await connection.access(signal);
  // "as" in the kubeconfig: the server takes us for this user, or refuses.
  const [user] = valuesOf(headers, 'Impersonate-User');
  const groups = valuesOf(headers, 'Impersonate-Group');
  if (user !== undefined) return { user, groups, knownFrom: 'kubeconfig' };
  const bearer = /^Bearer (\S+)$/.exec(valuesOf(headers, 'Authorization')[0] ?? '')?.[1];
  if (bearer !== undefined) return ofToken(bearer);
  const cert = agent instanceof Agent ? agent.options.cert : undefined;
  return typeof cert === 'string' || Buffer.isBuffer(cert)
    ? identityOfCertificate(cert)
    : undefined;
}

function valuesOf(headers: Headers, name: string): readonly string[] {
  return [headers[name] ?? []].flat();
}

/** A service account's name stands in its token. What an identity provider wrote, the server may map to another name. */
function ofToken(token: string): KubeIdentity | undefined {
  const [, payload] = token.split('.');
  if (payload === undefined) return undefined;
  let claims: Json;
  try {
    claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Json;
  } catch {
    return undefined;
  }
  const subject = isObject(claims) ? claims['sub'] : undefined;
  if (typeof subject !== 'string' || !subject.startsWith('system:serviceaccount:')) {
    return undefined;
  }
  const namespace = subject.split(':')[2] ?? '';
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  return { user: subject, groups, knownFrom: 'token' };
}

/** https://kubernetes.io/docs/reference/access-authn-authz/authentication/#x509-client-certificates */
export function identityOfCertificate(pem: string | Buffer): KubeIdentity | undefined {
  const lines = new X509Certificate(pem).subject.split('\n');
  const partsOf = (name: string): readonly string[] =>
    lines.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1));
  const [user] = partsOf('CN');
  return user === undefined ? undefined : { user, groups: partsOf('O'), knownFrom: 'certificate' };
}

function textsOf(list: Json | undefined): readonly string[] {
  return Array.isArray(list) ? list.filter((one): one is string => typeof one === 'string') : [];
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
