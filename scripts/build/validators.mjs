// The validators of the built-in schemas, compiled when drctl is built: compiling one takes longer than using it.

import path from 'node:path';
import { build } from 'rolldown';

const prefix = '\0validator:';

/** `validators`: key → the text of a module. One file each in `folder`, beside what they share: a command uses few of them. */
export async function writeValidators(root, folder, validators) {
  await build({
    cwd: root,
    input: Object.fromEntries([...validators.keys()].map((key) => [key, `${prefix}${key}`])),
    platform: 'node',
    plugins: [
      {
        name: 'validators',
        resolveId(source, importer) {
          if (source.startsWith(prefix)) return source;
          // What the generated code requires is looked for from the project.
          if (importer?.startsWith(prefix) !== true) return null;
          return this.resolve(source, path.join(root, 'package.json'), { skipSelf: true });
        },
        load: (id) => validators.get(id.slice(prefix.length)) ?? null,
      },
    ],
    output: {
      dir: folder,
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: '[name].cjs',
    },
    logLevel: 'warn',
  });
}

/** Puts what was compiled in the place of src/engine/language/precompiled.ts. */
export function precompiledPlugin(root, validators) {
  const place = path.join(root, 'src/engine/language/precompiled.ts');
  return {
    name: 'precompiled',
    load(id) {
      if (id !== place) return null;
      const code = `const keys = new Set(${JSON.stringify([...validators.keys()])});
export function precompiled(key) {
  return keys.has(key) ? require('../validators/' + key + '.cjs') : undefined;
}`;
      return { code, moduleType: 'js' };
    },
  };
}
