// What most commands do without, loaded when it is first used. Who imports one of these modules gets functions of the same
// names that load the real module when they are called: an import in the sources stays an import, and the call stays
// synchronous. Such a module may export functions only.

import path from 'node:path';

const prefix = '\0lazy:';

/**
 * A plugin for an output of the format "cjs". `modules`: name of an entry → { file, functions }, the file relative to
 * the root, the functions all that it exports. The entries themselves are the build's to declare (`lazyEntries`).
 */
export function lazyModules(root, modules) {
  const byFile = new Map(
    Object.entries(modules).map(([name, { file }]) => [path.join(root, file), name]),
  );
  const names = Object.values(modules).map(({ file }) => specifierPart(file));
  return {
    name: 'lazy-modules',
    async resolveId(source, importer, options) {
      // The entry, which lies beside the chunks in the output.
      if (importer?.startsWith(prefix) === true) return { id: source, external: true };
      // The entry, which lies beside the chunks in the output.
      if (importer?.startsWith(prefix)) return { id: source, external: true };
      if (importer === undefined || options.isEntry) return null;
      if (!names.some((name) => source.includes(name))) return null;
      const resolved = await this.resolve(source, importer, { skipSelf: true });
      const name = resolved === null ? undefined : byFile.get(resolved.id);
      return name === undefined ? null : `${prefix}${name}`;
    },
    load(id) {
      if (!id.startsWith(prefix)) return null;
      const name = id.slice(prefix.length);
      const functions = modules[name].functions.map(
        (one) =>
          `${one === 'default' ? 'export default' : `export const ${one} =`} (...args) => require('./${name}.cjs').${one}(...args);`,
      );
      return functions.join('\n');
    },
  };
}

/** Entries of the build, beside its own. */
export function lazyEntries(root, modules) {
  return Object.fromEntries(
    Object.entries(modules).map(([name, { file }]) => [name, path.join(root, file)]),
  );
}

/** What a specifier of the module surely has in it: resolving every import of the bundle twice would take long. */
function specifierPart(file) {
  const [, library] = /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file) ?? [];
  return library ?? path.basename(file);
}
