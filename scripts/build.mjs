// Builds the command into dist: bundled, so that one read brings what belongs together, and split, so that a command
// loads only what it uses. Types are checked by `npm run check`.

import { rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'rolldown';
import { chunkName } from './build/chunk-name.mjs';
import { lazyEntries, lazyModules } from './build/lazy-modules.mjs';
import { licencesPlugin } from './build/licences.mjs';
import { loadSource } from './build/load-source.mjs';
import { precompiledPlugin, writeValidators } from './build/validators.mjs';

const root = path.resolve(import.meta.dirname, '..');
const lazy = {
  ajv: { file: 'src/engine/language/ajv.ts', functions: ['createAjv'] },
  re2: { file: 'src/engine/language/re2.ts', functions: ['compileRe2'] },
  // Only help is laid out in columns; loading what measures them compiles large regular expressions.
  cliui: { file: 'node_modules/cliui/index.mjs', functions: ['default'] },
  'string-width': { file: 'node_modules/string-width/index.js', functions: ['default'] },
};
const { compileValidators } = await loadSource(root, ['scripts/build/compile-validators.mjs']);
const validators = compileValidators();

rmSync(path.join(root, 'dist'), { recursive: true, force: true });
await build({
  cwd: root,
  input: { drctl: path.join(root, 'src/cli/process.ts'), ...lazyEntries(root, lazy) },
  platform: 'node',
  plugins: [
    precompiledPlugin(root, validators),
    lazyModules(root, lazy),
    licencesPlugin({ licences: 'THIRD-PARTY-LICENSES.txt', bill: 'sbom.cdx.json' }),
  ],
  // Of Handlebars only the parser is used.
  resolve: {
    alias: {
      handlebars: path.join(root, 'node_modules/handlebars/dist/cjs/handlebars/compiler/base.js'),
    },
  },
  // yargs looks for modules that a configuration extends, which ours never does.
  checks: { emptyImportMeta: false },
  output: {
    dir: path.join(root, 'dist'),
    // CommonJS starts faster than ES modules, and can be loaded late by a synchronous call.
    format: 'cjs',
    exports: 'named',
    entryFileNames: 'chunks/[name].cjs',
    // With a hash, so that a process that outlives an upgrade does not load half of another version.
    chunkFileNames: ({ moduleIds }) => `chunks/${chunkName(moduleIds)}-[hash].cjs`,
  },
  logLevel: 'warn',
});
await writeValidators(root, path.join(root, 'dist/validators'), validators);
