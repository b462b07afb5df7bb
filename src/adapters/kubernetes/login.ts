// Who we are to one API server, as its kubeconfig says: a bearer token, a client certificate, a name with a password,
// and on whose behalf. Of several ways the fixed ones come before a plugin, as with kubectl.

import { DrctlError } from '../../engine/index.ts';
import type { JsonObject } from '../../engine/index.ts';
import { runExecPlugin } from './exec-plugin.ts';
import type { ExecCredential } from './exec-credential.ts';
import { isObject } from './kubeconfig-files.ts';
import type { LoadedKubeconfig } from './kubeconfig.ts';
import { readMaterial } from './material.ts';
import { createTokenFile, isToken } from './token-file.ts';

export type Headers = Readonly<Record<string, string | string[]>>;

export interface Identity {
  readonly headers: Headers;
  readonly cert?: string;
  readonly key?: string;
  /** Milliseconds since 1970 at which it is known to end. */
  readonly until?: number | undefined;
}

export interface Login {
  /** TARGET_INVALID when a plugin or a file does not work. */
  identity(): Promise<Identity>;
  /** The server refused what it was given: nothing remembered is used again. */
  forget(): void;
  /** Whether another time could give something else. */
  readonly renewable: boolean;
  close(): void;
}

export function createLogin(config: LoadedKubeconfig): Login {
  const { login } = config;
  const closing = new AbortController();
  const tokenFile =
    typeof login['tokenFile'] === 'string' && login['tokenFile'] !== ''
      ? createTokenFile(login['tokenFile'], config.file)
      : undefined;
  const fixedToken = textOf(login['token']);
  const provider = providerOf(config);
  const usesPlugin = isObject(login['exec']) && tokenFile === undefined && fixedToken === undefined;
  let remembered: ExecCredential | undefined;

  const pluginCredential = async (): Promise<ExecCredential> => {
    const stale = remembered?.until !== undefined && remembered.until <= Date.now();
    if (remembered === undefined || stale) {
      remembered = await runExecPlugin(config, closing.signal);
    }
    return remembered;
  };

  const authorization = async (plugin?: ExecCredential): Promise<string | undefined> => {
    if (tokenFile !== undefined) return `Bearer ${await tokenFile.read()}`;
    if (fixedToken !== undefined) return `Bearer ${checkToken(fixedToken, config)}`;
    if (plugin?.token !== undefined) return `Bearer ${plugin.token}`;
    const name = textOf(login['username']);
    if (name !== undefined) {
      const password = textOf(login['password']) ?? '';
      return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
    }
    return provider?.();
  };

  return {
    renewable:
      usesPlugin ||
      tokenFile !== undefined ||
      provider !== undefined ||
      textOf(login['client-certificate']) !== undefined,
    async identity() {
      const cert = await readMaterial(login, 'client-certificate', config.file);
      const key = await readMaterial(login, 'client-key', config.file);
      if ((cert === undefined) !== (key === undefined)) {
        throw new DrctlError(
          'TARGET_INVALID',
          `User "${config.user}" in ${config.file} has a client certificate without its key, or a key without its certificate`,
        );
      }
      const plugin = usesPlugin ? await pluginCredential() : undefined;
      const value = await authorization(plugin);
      const pair = cert === undefined || key === undefined ? plugin?.certificate : { cert, key };
      return {
        headers: {
          ...(value === undefined ? {} : { Authorization: value }),
          ...impersonation(login),
        },
        ...pair,
        until: plugin?.until,
      };
    },
    forget: () => {
      remembered = undefined;
    },
    close: () => closing.abort(),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function checkToken(token: string, config: LoadedKubeconfig): string {
  if (isToken(token.trim())) return token.trim();
  throw new DrctlError(
    'TARGET_INVALID',
    `The token of user "${config.user}" in ${config.file} holds characters that no token has`,
  );
}

function impersonation(login: JsonObject): Headers {
  const uid = textOf(login['as-uid']);
  const groups = textsOf(login['as-groups']);
  const extra = isObject(login['as-user-extra']) ? login['as-user-extra'] : {};
  const user = textOf(login['as']);
  return {
    ...(user === undefined ? {} : { 'Impersonate-User': user }),
    ...(uid === undefined ? {} : { 'Impersonate-Uid': uid }),
    ...(groups.length === 0 ? {} : { 'Impersonate-Group': groups }),
    ...Object.fromEntries(
      Object.entries(extra).map(([name, values]) => [
        `Impersonate-Extra-${encodeURIComponent(name.toLowerCase())}`,
        textsOf(values),
      ]),
    ),
  };
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}

/** OpenID Connect is client-node's; the other providers were given up by Kubernetes itself in 1.26. */
function providerOf(config: LoadedKubeconfig): (() => Promise<string | undefined>) | undefined {
  const provider = config.login['auth-provider'];
  if (!isObject(provider)) return undefined;
  if (provider['name'] !== 'oidc') {
    const named = JSON.stringify(provider['name'] ?? null);
    throw new DrctlError(
      'TARGET_INVALID',
      `User "${config.user}" in ${config.file} logs in by the auth-provider ${named}, which Kubernetes no longer has`,
      { hint: 'Write the kubeconfig anew so that it uses an exec plugin' },
    );
  }
  let loading: Promise<{ header(): Promise<string | undefined> }> | undefined;
  return async () => {
    loading ??= loadOidc(config);
    return (await loading).header();
  };
}

async function loadOidc(
  config: LoadedKubeconfig,
): Promise<{ header(): Promise<string | undefined> }> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const kube = new KubeConfig();
  // Only what it needs in order to say who we are; connections are ours.
  kube.loadFromString(
    JSON.stringify({
      'current-context': 'one',
      contexts: [{ name: 'one', context: { cluster: 'one', user: 'one' } }],
      clusters: [{ name: 'one', cluster: { server: 'https://unused.invalid' } }],
      users: [{ name: 'one', user: { 'auth-provider': config.login['auth-provider'] } }],
    }),
  );
  return {
    async header() {
      const options: { headers: Record<string, string> } = { headers: {} };
      try {
        await kube.applyToHTTPSOptions(options);
      } catch {
        // The cause's text may quote the answer of the login server.
        throw new DrctlError(
          'TARGET_INVALID',
          `The OpenID Connect login of user "${config.user}" in ${config.file} could not be renewed`,
          { retryable: true, hint: 'Log in again, then "kubectl get --raw /version"' },
        );
      }
      return options.headers['Authorization'];
    },
  };
}
