// The pool of kept-alive connections to one API server, direct or through a proxy, where one tunnel serves many calls.

import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import type { LoadedKubeconfig } from './kubeconfig.ts';
import { KEEP_ALIVE_MS, MAX_FREE_SOCKETS, MAX_SOCKETS } from './settings.ts';
import { openTunnel } from './tunnel.ts';

export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

type Done = (error: Error | null, stream: Duplex) => void;

const pool = {
  keepAlive: true,
  keepAliveMsecs: KEEP_ALIVE_MS,
  maxSockets: MAX_SOCKETS,
  maxFreeSockets: MAX_FREE_SOCKETS,
};

export function createAgent(config: LoadedKubeconfig, material: TlsMaterial): http.Agent {
  const { proxy } = config;
  if (config.server.startsWith('http:')) {
    return proxy === undefined ? new http.Agent(pool) : new PlainTunnels(proxy);
  }
  const options: https.AgentOptions = {
    ...pool,
    ...material,
    // Said explicitly, so that NODE_TLS_REJECT_UNAUTHORIZED cannot switch verification off.
    rejectUnauthorized: !config.insecure,
  };
  return proxy === undefined ? new https.Agent(options) : new TlsTunnels(proxy, options);
}

/** Lets what is under way come to its end, and keeps nothing for later. */
export function retire(agent: http.Agent): http.Agent {
  agent.maxFreeSockets = 0;
  for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
  return agent;
}

class PlainTunnels extends http.Agent {
  readonly #proxy: string;
  readonly #end = new AbortController();
  constructor(proxy: string) {
    super(pool);
    this.#proxy = proxy;
  }
  override createConnection(options: http.ClientRequestArgs, done?: Done): undefined {
    const opened = openTunnel(this.#proxy, destinationOf(options), { signal: this.#end.signal });
    void settle(opened, done);
  }
  override destroy(): void {
    this.#end.abort();
    super.destroy();
  }
}

class TlsTunnels extends https.Agent {
  readonly #proxy: string;
  readonly #ca: https.AgentOptions['ca'];
  readonly #end = new AbortController();
  constructor(proxy: string, options: https.AgentOptions) {
    super(options);
    this.#proxy = proxy;
    this.#ca = options.ca;
  }
  override createConnection(options: https.RequestOptions, done?: Done): undefined {
    const through = { ca: this.#ca, signal: this.#end.signal };
    const opened = openTunnel(this.#proxy, destinationOf(options), through);
    const secured = opened.then((socket) => {
      // The handshake with the server goes on inside the tunnel; its errors reach the request.
      const inside: https.RequestOptions & { socket: Duplex } = { ...options, socket };
      return super.createConnection(inside) ?? socket;
    });
    void settle(secured, done);
  }
  override destroy(): void {
    this.#end.abort();
    super.destroy();
  }
}

function destinationOf(options: http.ClientRequestArgs): { host: string; port: number } {
  return { host: options.host ?? '', port: Number(options.port) };
}

async function settle(opened: Promise<Duplex>, done: Done | undefined): Promise<void> {
  let socket: Duplex;
  try {
    socket = await opened;
  } catch (error) {
    // Node's own agents give nothing beside an error.
    done?.(error as Error, undefined as unknown as Duplex);
    return;
  }
  done?.(null, socket);
}
