/*
 * The embedded server and a real kube-apiserver through kubectl, a client nobody here wrote. Skipped, with a notice, where
 * kubectl or the real server is not installed.
 */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { renderKubeconfig } from '../../../src/lab/cluster/kubeconfig.ts';
import { startLifecycleControllers } from '../../../src/lab/controllers/lifecycle/index.ts';
import { nodeName, startLimitMs, testServers, type TestServer } from './test-servers.ts';
import { widgets } from './widgets.ts';

const found = spawnSync('kubectl', ['version', '--client']).status === 0;

const manifest = `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { colour: blue }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, labels: { app: web } }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: main, image: "img:1" }] }
---
apiVersion: lab.example.com/v1
kind: Widget
metadata: { name: gadget }
spec: { size: S }
---
apiVersion: v1
kind: Pod
metadata: { name: shell }
spec: { nodeName: ${nodeName}, containers: [{ name: main, image: "img:1" }] }
`;

function shared(colour: string): string {
  const metadata = { name: 'shared' };
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { colour } });
}

describe.each(testServers)(
  'kubectl (skipped where it is not installed): %s',
  (name, isMissing, start) => {
    describe.skipIf(!found || isMissing)('commands', () => {
      let server: TestServer;
      const stop = new AbortController();
      let ended: readonly Promise<void>[] = [];
      let folder: string;
      let file: string;

      beforeAll(async () => {
        server = await start({
          exec: async ({ command }, { stdin, stdout }) => {
            if (command[0] === 'false') return 7;
            for await (const chunk of stdin) await stdout(chunk);
            await stdout(Buffer.from(command.join(' ')));
            return 0;
          },
        });
        const { baseUrl, token, ca } = server.connection;
        const connection = { server: baseUrl, token, ca };
        if (name !== 'embedded') {
          const options = {
            name,
            signal: stop.signal,
            delay: (ms: number) => ms,
            log: () => undefined,
          };
          ended = startLifecycleControllers(connection, options);
        }
        folder = mkdtempSync(join(tmpdir(), 'drctl-kubectl-'));
        file = join(folder, 'objects.yaml');
        writeFileSync(file, manifest);
        writeFileSync(join(folder, 'config'), renderKubeconfig('test', connection));
        const definition = join(folder, 'widgets.json');
        writeFileSync(definition, JSON.stringify(widgets));
        // An old server's own schema does not know rules, and kubectl holds definitions against it.
        await kubectl('create', '--validate=false', '-f', definition);
        await kubectl('wait', '--for=condition=Established', `crd/${widgets.metadata.name}`);
        await vi.waitFor(
          async () => {
            const { code, out } = await kubectl('apply', '-f', file);
            if (code !== 0) throw new Error(out);
          },
          { timeout: 30_000, interval: 500 },
        );
      }, startLimitMs);
      afterAll(async () => {
        stop.abort();
        await Promise.all(ended);
        await server.close();
        rmSync(folder, { recursive: true, force: true });
      });

      interface Ran {
        readonly code: number;
        readonly out: string;
      }

      function environment(): NodeJS.ProcessEnv {
        return { ...process.env, KUBECONFIG: join(folder, 'config'), HOME: folder };
      }

      async function kubectl(...args: string[]): Promise<Ran> {
        return new Promise((resolve) => {
          execFile('kubectl', args, { env: environment() }, (error, out, problems) => {
            resolve({
              code: typeof error?.code === 'number' ? error.code : 0,
              out: out + problems,
            });
          });
        });
      }

      it('applies a file, and finds nothing to do the second time', async () => {
        expect(await kubectl('apply', '-f', file)).toEqual({
          code: 0,
          out: [
            'configmap/settings unchanged',
            'deployment.apps/web unchanged',
            'widget.lab.example.com/gadget unchanged',
            'pod/shell unchanged',
            '',
          ].join('\n'),
        });
      });

      it('applies on the server side, and is told of conflicts', async () => {
        const ours = join(folder, 'ours.yaml');
        writeFileSync(ours, shared('blue'));
        const first = await kubectl('apply', '--server-side', '--field-manager=one', '-f', ours);
        expect(first.out).toBe('configmap/shared serverside-applied\n');
        writeFileSync(ours, shared('red'));
        const second = await kubectl('apply', '--server-side', '--field-manager=two', '-f', ours);
        expect(second.code).toBe(1);
        expect(second.out).toContain(
          'Apply failed with 1 conflict: conflict with "one": .data.colour',
        );
      });

      it('lists all namespaces, with the columns of each kind', async () => {
        const { out } = await kubectl('get', 'deployments,widgets', '-A');
        expect(out).toMatch(/NAMESPACE +NAME +READY +UP-TO-DATE +AVAILABLE +AGE/);
        expect(out).toMatch(/default +deployment.apps\/web +0\/2/);
        expect(out).toMatch(/NAMESPACE +NAME +SIZE +READY/);
        expect(out).toMatch(/default +widget.lab.example.com\/gadget +S/);
      });

      it.each([
        [
          'describe',
          ['describe', 'deployment', 'web'],
          'RollingUpdateStrategy:  25% max unavailable',
        ],
        ['describe a custom object', ['describe', 'wd', 'gadget'], 'Size:   S'],
        ['explain', ['explain', 'widget.spec.size'], 'size <string>'],
        ['get as YAML', ['get', 'cm', 'settings', '-o', 'yaml'], 'colour: blue'],
        ['patch', ['patch', 'cm', 'settings', '-p', '{"data":{"size":"9"}}'], 'settings patched'],
        ['scale', ['scale', 'deployment/web', '--replicas=5'], 'web scaled'],
        ['label', ['label', 'pod', 'shell', 'a=b'], 'pod/shell labeled'],
        ['create', ['create', 'configmap', 'made', '--from-literal=a=b'], 'configmap/made created'],
        ['can-i', ['auth', 'can-i', 'delete', 'pods'], 'yes'],
        ['wait', ['wait', '--for=jsonpath={.data.colour}=blue', 'cm/settings'], 'condition met'],
        ['exec', ['exec', 'shell', '--', 'echo', 'hi'], 'echo hi'],
        ['an unknown object', ['get', 'pod', 'none'], 'Error from server (NotFound)'],
      ])('does: %s', async (_name, args, expected) => {
        expect((await kubectl(...args)).out).toContain(expected);
      });

      it('hands on the exit code of a command', async () => {
        expect((await kubectl('exec', 'shell', '--', 'false')).code).toBe(7);
      });

      it('watches changes', async () => {
        const live = spawn('kubectl', ['get', 'configmaps', '--watch-only', '-o', 'name'], {
          env: environment(),
        });
        const seen: string[] = [];
        live.stdout.on('data', (chunk: Buffer) => seen.push(chunk.toString()));
        for (let turn = 0; turn < 50 && seen.length === 0; turn += 1) {
          await kubectl('patch', 'cm', 'settings', '-p', `{"data":{"turn":"${turn}"}}`);
        }
        expect(seen[0]).toContain('configmap/settings');
        live.kill();
      });

      it('deletes, and waits until a namespace is gone', async () => {
        await kubectl('create', 'namespace', 'short-lived');
        await kubectl('create', 'configmap', 'inside', '-n', 'short-lived');
        const { code, out } = await kubectl('delete', 'namespace', 'short-lived', '--timeout=20s');
        expect([code, out]).toEqual([0, 'namespace "short-lived" deleted\n']);
      });
    });
  },
);
