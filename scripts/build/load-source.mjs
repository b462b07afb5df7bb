// The sources for scripts: bundled first, since the oldest supported Node.js does not run TypeScript.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'rolldown';

const entry = '\0sources';

/** What these modules export together. `files` are relative to `root`. */
export async function loadSource(root, files) {
  const folder = await mkdtemp(path.join(tmpdir(), 'drctl-sources-'));
  const file = path.join(folder, 'sources.mjs');
  try {
    await build({
      cwd: root,
      input: entry,
      platform: 'node',
      plugins: [
        {
          name: 'sources',
          resolveId: (source) => (source === entry ? entry : null),
          load(id) {
            if (id !== entry) return null;
            const names = files.map((one) => JSON.stringify(path.join(root, one)));
            return names.map((name) => `export * from ${name};`).join('\n');
          },
        },
      ],
      output: { file, format: 'esm' },
      logLevel: 'warn',
    });
    return await import(pathToFileURL(file).href);
  } finally {
    await rm(folder, { recursive: true });
  }
}
