// Names of chunks by which a person, and the tests, can tell what a command has loaded.

const libraries = [
  ['aws-sdk', /\/node_modules\/(@aws-sdk|@aws|@smithy)\//],
  ['client-node', /\/node_modules\/@kubernetes\/client-node\//],
  ['lab', /\/src\/lab\//],
];

/** Of the modules in a chunk, in their order: by a library that is in it, or else by the last one, which needs the others. */
export function chunkName(moduleIds) {
  const [library] = libraries.find(([, path]) => moduleIds.some((id) => path.test(id))) ?? [];
  const last = moduleIds.at(-1) ?? 'empty';
  const [, folder, file] = /([^/]+)\/([^/]+?)\.[a-z]+$/.exec(last.replaceAll('\0', '')) ?? [];
  const own = file === undefined ? 'runtime' : file === 'index' ? folder : file;
  const name = library === undefined || library === own ? own : `${library}-${own}`;
  return name.replaceAll(/[^\w.-]/g, '');
}
