// Credentials of one API server: what every request carries, and the agent that holds its connections. Kept for a short
// time, so that one TLS connection serves many calls and rotated credentials are still taken up.

import type http from 'node:http';
import { createAgent, retire } from './agents.ts';
import type { TlsMaterial } from './agents.ts';
import type { LoadedKubeconfig } from './kubeconfig.ts';
import { createLogin } from './login.ts';
import type { Headers } from './login.ts';
import { readMaterial } from './material.ts';
import { CREDENTIALS_FRESH_MS } from './settings.ts';

export interface Access {
  readonly headers: Headers;
  readonly agent: http.Agent;
}

export interface Credentials {
  /** TARGET_INVALID when a credential plugin or a file it names does not work. */
  current(): Promise<Access>;
  /** The server said 401 to this access. False when there is nothing that could be different next time. */
  renew(refused: Access): boolean;
  close(): void;
}

export function createCredentials(config: LoadedKubeconfig): Credentials {
  const login = createLogin(config);
  let asked: { readonly value: Promise<Access>; until: number } | undefined;
  let latest: Access | undefined;
  let latestEnds = Number.POSITIVE_INFINITY;
  let kept: { readonly fingerprint: string; readonly agent: http.Agent } | undefined;
  const retired: http.Agent[] = [];

  const agentFor = (material: TlsMaterial): http.Agent => {
    const fingerprint = JSON.stringify(material);
    if (kept?.fingerprint === fingerprint) return kept.agent;
    // Requests may still be under way on the old agent.
    if (kept !== undefined) retired.push(retire(kept.agent));
    kept = { fingerprint, agent: createAgent(config, material) };
    return kept.agent;
  };

  const load = async (): Promise<Access> => {
    const ca = await readMaterial(config.cluster, 'certificate-authority', config.file);
    const { headers, cert, key, until } = await login.identity();
    const servername = config.cluster['tls-server-name'];
    const agent = agentFor({
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(typeof servername === 'string' && servername !== '' ? { servername } : {}),
    });
    latest = { headers, agent };
    latestEnds = until ?? Number.POSITIVE_INFINITY;
    return latest;
  };

  return {
    current() {
      // The kept time does not follow a clock that is set back; the end of a token is one of the clock.
      if (asked === undefined || asked.until <= performance.now() || latestEnds <= Date.now()) {
        // Counted from when they are there: a plugin may take its time.
        const one = { value: load(), until: Number.POSITIVE_INFINITY };
        asked = one;
        one.value.then(
          () => (one.until = performance.now() + CREDENTIALS_FRESH_MS),
          () => {
            if (asked === one) asked = undefined;
          },
        );
      }
      return asked.value;
    },
    renew(refused) {
      // Calls in parallel are refused together; the first of them renews for all.
      if (latest !== undefined && !isSame(latest, refused)) return true;
      if (asked?.until === Number.POSITIVE_INFINITY) return true;
      login.forget();
      asked = undefined;
      return login.renewable;
    },
    close() {
      login.close();
      for (const agent of retired) agent.destroy();
      kept?.agent.destroy();
    },
  };
}

function isSame(one: Access, other: Access): boolean {
  return (
    one.agent === other.agent && one.headers['Authorization'] === other.headers['Authorization']
  );
}
