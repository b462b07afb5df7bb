// Runs the benchmarks: bundles them, since the oldest supported Node.js does not run TypeScript, and starts the bundle.

import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { build } from 'rolldown';

const folder = '.bench';
rmSync(folder, { recursive: true, force: true });
await build({
  // The servers are processes of their own.
  input: {
    main: 'bench/main.ts',
    's3-sink': 'bench/servers/s3-sink.ts',
    'etcd-pod': 'bench/servers/etcd-pod.ts',
  },
  platform: 'node',
  // Packages are loaded from node_modules, as the tests load them.
  external: /^[^./]/,
  output: { dir: folder, format: 'esm', sourcemap: true },
  logLevel: 'warn',
});
const { status } = spawnSync(process.execPath, [`${folder}/main.js`, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
rmSync(folder, { recursive: true, force: true });
process.exitCode = status ?? 1;
