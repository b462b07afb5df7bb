// An HTTP server whose answers a test writes down: for what a real API server does only rarely (410, cut streams,
// throttling). It speaks plain HTTP on loopback.

import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Answerer = (asked: Asked, response: ServerResponse) => void;

export interface ScriptedServer {
  readonly url: string;
  readonly kubeconfig: string;
  readonly asked: readonly Asked[];
  readonly http: Server;
  /** TCP connections that were opened. */
  connections(): number;
  close(): Promise<void>;
}

const coreResources = {
  resources: [
    { name: 'configmaps', kind: 'ConfigMap', namespaced: true, verbs: ['get', 'list'] },
    { name: 'pods', kind: 'Pod', namespaced: true, verbs: ['get', 'list'] },
  ],
};

/** Answers discovery of ConfigMap and Pod by itself, everything else by `answer`. */
export async function scriptedServer(answer: Answerer): Promise<ScriptedServer> {
  const asked: Asked[] = [];
  let connections = 0;
  const http = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const url = new URL(request.url ?? '/', 'http://x');
      const one: Asked = {
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      if (one.path === '/api/v1') return reply(response, 200, coreResources);
      if (one.path === '/apis') return reply(response, 200, { groups: [] });
      asked.push(one);
      answer(one, response);
    })();
  });
  http.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return {
    url,
    kubeconfig: await writeKubeconfig(url),
    asked,
    http,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

export function reply(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

export function configMap(name: string, resourceVersion: string): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'ns', uid: `uid-${name}`, resourceVersion },
  };
}

export async function writeKubeconfig(
  server: string,
  user: object = {},
  cluster: object = {},
): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'drctl-kube-'));
  const file = path.join(folder, 'config');
  await writeFile(
    file,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'main',
      contexts: [{ name: 'main', context: { cluster: 'one', user: 'me' } }],
      clusters: [{ name: 'one', cluster: { server, ...cluster } }],
      users: [{ name: 'me', user }],
    }),
  );
  return file;
}
