// The API without any client: requests over so many kept-alive connections, and nothing between them.

import https from 'node:https';
import type { BenchServer } from './api-server.ts';
import type { Secret } from './secrets.ts';

const LIMIT_MS = 120_000;

/** Server-side applies of all the objects, over so many connections. */
export async function applyRaw(
  server: BenchServer,
  objects: readonly Secret[],
  connections: number,
): Promise<void> {
  await overConnections(server, objects, connections, (agent, object) => {
    const { name, namespace } = object.metadata;
    return send(server, agent, {
      method: 'PATCH',
      path: `/api/v1/namespaces/${namespace}/secrets/${name}?fieldManager=bench&force=true`,
      type: 'application/apply-patch+yaml',
      body: object,
    });
  });
}

/** Creates what is to be measured later. */
export async function createRaw(
  server: BenchServer,
  objects: readonly Secret[],
  connections = 16,
): Promise<void> {
  await overConnections(server, objects, connections, (agent, object) =>
    send(server, agent, {
      method: 'POST',
      path: `/api/v1/namespaces/${object.metadata.namespace}/secrets`,
      type: 'application/json',
      body: object,
    }),
  );
}

export async function createNamespace(server: BenchServer, name: string): Promise<void> {
  const agent = agentOf(server, 1);
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  try {
    await send(server, agent, {
      method: 'POST',
      path: '/api/v1/namespaces',
      type: 'application/json',
      body,
    });
  } finally {
    agent.destroy();
  }
}

async function overConnections(
  server: BenchServer,
  objects: readonly Secret[],
  connections: number,
  call: (agent: https.Agent, object: Secret) => Promise<void>,
): Promise<void> {
  const agent = agentOf(server, connections);
  const left = objects.values();
  const worker = async () => {
    for (const object of left) await call(agent, object);
  };
  try {
    await Promise.all(Array.from({ length: connections }, worker));
  } finally {
    agent.destroy();
  }
}

function agentOf({ ca }: BenchServer, maxSockets: number): https.Agent {
  return new https.Agent({ keepAlive: true, maxSockets, ca });
}

interface RawCall {
  readonly method: 'POST' | 'PATCH';
  readonly path: string;
  readonly type: string;
  readonly body: object;
}

function send(server: BenchServer, agent: https.Agent, call: RawCall): Promise<void> {
  const body = JSON.stringify(call.body);
  const headers = {
    Authorization: `Bearer ${server.token}`,
    'Content-Type': call.type,
    'Content-Length': Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const options = { method: call.method, agent, headers, timeout: LIMIT_MS };
    const request = https.request(server.url + call.path, options, (response) => {
      const { statusCode = 0 } = response;
      response.resume().once('error', reject);
      response.once('end', () => {
        if (statusCode < 300) resolve();
        else reject(new Error(`${call.method} ${call.path}: ${statusCode}`));
      });
    });
    request.once('error', reject).once('timeout', () => request.destroy(new Error('no answer')));
    request.end(body);
  });
}
