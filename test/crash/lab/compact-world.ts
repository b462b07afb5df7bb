// One run's own world on the compact servers: a namespace, a bucket, a zone, a folder to work in. What it holds can be put
// into words that are the same for every run that did the same.

import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { kinds } from '../../../src/lab/cluster/kinds.ts';
import { plain } from '../processes/names.ts';
import { contentOf } from './compact-content.ts';
import type { WorldContent } from './compact-content.ts';
import { seedWorld, zoneOf } from './compact-seed.ts';
import type { CompactServers } from './compact-servers.ts';

const runbook = path.join(import.meta.dirname, 'compact.yaml');

export interface CompactWorld {
  /** Of the namespace, the bucket and, in capitals after a "Z", the zone. */
  readonly name: string;
  /** Working folder, with "compact.yaml" and its values in "my.env". */
  readonly cwd: string;
  content(): Promise<WorldContent>;
  /** Files of the state folder that only a process under way may have. */
  leftovers(): Promise<readonly string[]>;
  close(): Promise<void>;
}

let last = 0;

export async function openCompactWorld(servers: CompactServers): Promise<CompactWorld> {
  last += 1;
  const name = `world${last}`;
  const cwd = await mkdtemp(path.join(tmpdir(), `drctl-compact-${name}-`));
  const { aws, side } = servers;
  const env = { NAME: name, ...servers.env };
  const lines = Object.entries(env).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  await writeFile(path.join(cwd, 'my.env'), `${lines.join('\n')}\n`);
  const text = await readFile(runbook, 'utf8');
  await writeFile(path.join(cwd, 'compact.yaml'), text.replace('THE-NAME', name));
  // Two parts of the smallest size that S3 takes.
  await writeFile(path.join(cwd, 'big.bin'), Buffer.alloc(5 * 1024 * 1024 + 1, 'x'));
  aws.createBucket(name, { versioned: true });
  aws.createZone({ id: zoneOf(name), name: `${name}.example.com` });
  await seedWorld(servers, name);
  return {
    name,
    cwd,
    content: () => contentOf(servers, name),
    leftovers: () => leftoversIn(path.join(cwd, '.drctl')),
    async close() {
      for (const namespace of [name, `${name}-copy`]) {
        await side.client.remove(kinds.namespace, { name: namespace }).catch(() => undefined);
      }
      await rm(cwd, { recursive: true, force: true });
    },
  };
}

/**
 * Files that are whole only for a moment. One of them may stay for good: that of the lease which is being given back at the
 * very end, since nobody opens an ended run again.
 */
async function leftoversIn(folder: string): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const ignored = await readFile(path.join(folder, '.gitignore'), 'utf8');
  if (ignored !== '*\n') return ['.gitignore'];
  const left = entries
    .map((entry) => path.join(path.relative(folder, entry.parentPath), entry.name))
    .filter((file) => /(^|\/)\.(new|lease)-|\.tmp-|\.next$|\/partial\/./.test(file))
    .map(plain)
    .toSorted();
  return left.length === 1 && left[0]?.includes('/lease-') === true ? [] : left;
}
