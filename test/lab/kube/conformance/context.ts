/*
 * What the parts of the conformance suite share: a client, a namespace of their own, and objects to send.
 */
import { expect } from 'vitest';
import { rest, type Body, type Rest } from '../rest.ts';
import type { TestServer } from '../test-servers.ts';
import { can, minorVersion, type Capability } from './capabilities.ts';

/** One run of the suite against one server. */
export interface SuiteContext {
  /** Usable once the suite has connected. */
  readonly kube: Rest;
  readonly namespace: string;
  /** Path of the namespace in the core group. */
  readonly core: string;
  readonly deployments: string;
  readonly widgets: string;
  server(): TestServer;
  connect(server: TestServer): Promise<void>;
  /** Whether the server can do it, for rules that hold one way or the other. */
  can(capability: Capability): boolean;
  /** Creates an object or fails the test with the server's message. */
  create(path: string, body: object): Promise<void>;
}

interface Connected {
  readonly server: TestServer;
  readonly kube: Rest;
  readonly minor: number;
}

export function suiteContext(): SuiteContext {
  const namespace = `suite-${Math.random().toString(36).slice(2, 8)}`;
  let connected: Connected | undefined;
  const current = (): Connected => {
    if (connected === undefined) throw new Error('the suite has not connected yet');
    return connected;
  };
  return {
    kube: {
      call: async (...args) => current().kube.call(...args),
      watch: async (...args) => current().kube.watch(...args),
      close: () => current().kube.close(),
    },
    namespace,
    core: `/api/v1/namespaces/${namespace}`,
    deployments: `/apis/apps/v1/namespaces/${namespace}/deployments`,
    widgets: `/apis/lab.example.com/v1/namespaces/${namespace}/widgets`,
    server: () => current().server,
    connect: async (server) => {
      const kube = rest(server.connection);
      connected = { server, kube, minor: await minorVersion(kube) };
    },
    can: (capability) => can(current().minor, capability),
    create: async (path, body) => {
      const answer = await current().kube.call('POST', path, { body });
      expect([answer.code, answer.body['message']]).toEqual([201, undefined]);
    },
  };
}

/** A value of an answer as text. */
export function text(value: Body | undefined): string {
  return value as unknown as string;
}

export function configMap(
  name: string,
  data: Record<string, string> = {},
  meta: object = {},
): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...meta }, data };
}

export function deployment(name: string, container: object = {}): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'main', image: 'img:1', ...container }] },
      },
    },
  };
}

export function widget(name: string, spec: object, others: object = {}): object {
  return {
    apiVersion: 'lab.example.com/v1',
    kind: 'Widget',
    metadata: { name },
    spec,
    ...others,
  };
}
