// The sources as JavaScript, for tests that need real child processes: Node 20 cannot run TypeScript. Compiled anew for
// every test file that asks, so that no test runs against an old build.

import { spawnSync } from 'node:child_process';
import { mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const repository = resolve(import.meta.dirname, '../..');

/** The folder that holds what `src` holds. The caller removes it. */
export async function buildSources(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'drctl-built-'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
  // Type errors are the business of the type check; what can be emitted is emitted.
  spawnSync(
    join(repository, 'node_modules/.bin/tsc'),
    ['-p', 'tsconfig.build.json', '--outDir', folder],
    { cwd: repository },
  );
  return folder;
}
