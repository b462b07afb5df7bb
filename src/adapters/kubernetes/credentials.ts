// Who we are to one API server: headers, certificates and the agent that holds its connections. Exec plugins, token
// files, client certificates, CA bundles and proxies are handled by client-node's KubeConfig; what it gives is kept for
// a short time, so that one TLS connection serves many calls and rotated credentials are still taken up.

import http from 'node:http';
import https from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { DrctlError } from '../../engine/index.ts';
import type { LoadedKubeconfig } from './kubeconfig.ts';
import { CREDENTIALS_FRESH_MS, KEEP_ALIVE_MS, MAX_FREE_SOCKETS, MAX_SOCKETS } from './settings.ts';

export interface Access {
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: http.Agent;
}

export interface Credentials {
  /** TARGET_INVALID when a credential plugin or a file it names does not work. */
  current(): Promise<Access>;
  /** Forgets every cached token: the server said 401. False when there is nothing that could be different next time. */
  renew(): boolean;
  close(): void;
}

export function createCredentials(config: LoadedKubeconfig): Credentials {
  let kube: Promise<KubeConfig> | undefined;
  let access: { value: Promise<Access>; until: number } | undefined;
  let kept: { fingerprint: string; agent: http.Agent } | undefined;
  const retired: http.Agent[] = [];

  const agentFor = (options: https.RequestOptions): http.Agent => {
    const { ca, cert, key, servername } = options;
    const fingerprint = JSON.stringify([ca, cert, key, servername]);
    if (kept?.fingerprint === fingerprint) return kept.agent;
    // Requests may still be under way on the old agent, so it lives until the end.
    if (kept !== undefined) retired.push(kept.agent);
    kept = { fingerprint, agent: createAgent(config, options) };
    return kept.agent;
  };

  const load = async (): Promise<Access> => {
    kube ??= loadClientNode(config);
    const options: https.RequestOptions = { headers: {} };
    try {
      await (await kube).applyToHTTPSOptions(options);
    } catch (cause) {
      throw new DrctlError(
        'TARGET_INVALID',
        `The credentials of user "${config.user}" in ${config.file} cannot be used: ${(cause as Error).message.trim()}`,
        { cause, hint: 'Try "kubectl get --raw /version" with the same kubeconfig' },
      );
    }
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(options.headers ?? {})) {
      headers[name] = String(value).trim();
    }
    if (typeof options.auth === 'string') {
      headers['Authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
    }
    return { headers, agent: agentFor(options) };
  };

  return {
    current() {
      if (access === undefined || access.until < Date.now()) {
        const value = load();
        access = { value, until: Date.now() + CREDENTIALS_FRESH_MS };
        value.catch(() => (access = undefined));
      }
      return access.value;
    },
    renew() {
      kube = undefined;
      access = undefined;
      return config.text === undefined || /"(exec|auth-provider)":\{/.test(config.text);
    },
    close() {
      for (const agent of retired) agent.destroy();
      kept?.agent.destroy();
    },
  };
}

async function loadClientNode(config: LoadedKubeconfig): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const kube = new KubeConfig();
  if (config.text === undefined) kube.loadFromCluster();
  else kube.loadFromString(config.text);
  return kube;
}

function createAgent(config: LoadedKubeconfig, options: https.RequestOptions): http.Agent {
  const given = options.agent;
  // Proxy agents are client-node's own; they open one tunnel a call.
  if (given instanceof http.Agent && config.text?.includes('"proxy-url"') === true) return given;
  const connections = {
    keepAlive: true,
    keepAliveMsecs: KEEP_ALIVE_MS,
    maxSockets: MAX_SOCKETS,
    maxFreeSockets: MAX_FREE_SOCKETS,
  };
  if (config.server.startsWith('http:')) return new http.Agent(connections);
  const { ca, cert, key, servername } = options;
  return new https.Agent({
    ...connections,
    // Said explicitly, so that NODE_TLS_REJECT_UNAUTHORIZED cannot switch verification off.
    rejectUnauthorized: !config.insecure,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(servername === undefined ? {} : { servername }),
  });
}
