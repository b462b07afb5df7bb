// Real CustomResourceDefinitions from a folder of YAML files, as HyperShift and Cluster API publish them. What is wrong
// with the folder is said all at once, with the file it is in.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { at, listAt, textAt } from '../cluster/objects.ts';
import { kinds } from '../cluster/kinds.ts';
import { LabError } from '../lab-types.ts';
import type { ResourceDefinition } from './definitions.ts';

/** By their names, for instance "machines.cluster.x-k8s.io". */
export type Definitions = ReadonlyMap<string, ResourceDefinition>;

/** What the lab's operators cannot do without, in the versions that they speak. */
const needed = [
  kinds.hostedCluster,
  kinds.nodePool,
  kinds.hostedControlPlane,
  kinds.cluster,
  kinds.machineDeployment,
  kinds.machineSet,
  kinds.machine,
  kinds.awsCluster,
  kinds.awsMachineTemplate,
  kinds.awsMachine,
].map(({ apiVersion, kind, plural }) => {
  const [group = '', version = ''] = apiVersion.split('/');
  return { name: `${plural}.${group}`, kind, version };
});

/** Throws LabError that lists every problem. */
export async function loadDefinitions(dir: string): Promise<Definitions> {
  const files = await listFiles(dir);
  const found = new Map<
    string,
    { readonly file: string; readonly definition: ResourceDefinition }
  >();
  const problems: string[] = [];
  for (const file of files) {
    const read = readDocuments(await readFile(join(dir, file), 'utf8'));
    problems.push(...read.problems.map((problem) => `${file}: ${problem}`));
    for (const definition of read.definitions) {
      const { name } = definition.metadata;
      const before = found.get(name);
      if (before === undefined) found.set(name, { file, definition });
      else problems.push(`${file}: ${name} is in ${before.file} already`);
    }
  }
  const definitions = new Map([...found].map(([name, { definition }]) => [name, definition]));
  problems.push(
    ...needed.flatMap(({ name, kind, version }) => missing(definitions.get(name), kind, version)),
  );
  if (problems.length === 0) return definitions;
  throw new LabError(
    `The definitions in ${dir} cannot be used:\n${problems.map((text) => `  ${text}`).join('\n')}`,
    'Put in it the CustomResourceDefinitions of the HyperShift and Cluster API releases to rehearse with, or leave --crds out',
  );
}

async function listFiles(dir: string): Promise<readonly string[]> {
  const names = await readdir(dir).catch((cause: unknown) => {
    throw new LabError(
      `The folder with definitions ${dir} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      'Name a folder with YAML files after --crds',
      { cause },
    );
  });
  const files = names.filter((name) => /\.ya?ml$/.test(name)).sort();
  if (files.length > 0) return files;
  throw new LabError(
    `The folder with definitions ${dir} holds no YAML file`,
    'Name a folder with YAML files after --crds',
  );
}

interface Documents {
  readonly definitions: readonly ResourceDefinition[];
  readonly problems: readonly string[];
}

function readDocuments(text: string): Documents {
  const definitions: ResourceDefinition[] = [];
  const problems: string[] = [];
  for (const document of parseAllDocuments(text)) {
    const [error] = document.errors;
    if (error !== undefined) {
      problems.push(`no YAML: ${(error.message.split('\n', 1)[0] ?? '').replace(/:$/, '')}`);
      continue;
    }
    for (const content of objectsIn(document.toJS())) {
      const problem = shapeProblem(content);
      if (problem === undefined) definitions.push(asPublished(content));
      else problems.push(problem);
    }
  }
  if (definitions.length === 0 && problems.length === 0) {
    problems.push('no CustomResourceDefinition in it');
  }
  return { definitions, problems };
}

function shapeProblem(content: unknown): string | undefined {
  const name = textAt(content, 'metadata', 'name');
  if (name === undefined) return 'a CustomResourceDefinition without a name';
  const apiVersion = textAt(content, 'apiVersion');
  if (apiVersion !== 'apiextensions.k8s.io/v1') {
    return `${name} is ${apiVersion ?? 'without a version'}, not apiextensions.k8s.io/v1`;
  }
  const isNamed =
    name === `${textAt(content, 'spec', 'names', 'plural')}.${textAt(content, 'spec', 'group')}`;
  if (!isNamed) return `${name} is not named after its plural and its group`;
  return listAt(content, 'spec', 'versions').length === 0 ? `${name} has no versions` : undefined;
}

/** The definitions in a document: it is one, or a list of objects as kubectl writes it. */
function objectsIn(document: unknown): readonly unknown[] {
  const objects = textAt(document, 'kind') === 'List' ? listAt(document, 'items') : [document];
  return objects.filter((object) => textAt(object, 'kind') === 'CustomResourceDefinition');
}

/** Without what a cluster has added: its identity, its status, and webhooks that only it can reach. */
function asPublished(content: unknown): ResourceDefinition {
  const { apiVersion, kind, metadata, spec } = content as ResourceDefinition;
  const { conversion: _theirs, ...own } = spec;
  return { apiVersion, kind, metadata: { name: metadata.name }, spec: own };
}

function missing(
  definition: ResourceDefinition | undefined,
  kind: string,
  version: string,
): readonly string[] {
  if (definition === undefined) return [`no file defines ${kind}`];
  const isServed = listAt(definition, 'spec', 'versions').some(
    (entry) => textAt(entry, 'name') === version && at(entry, 'served') === true,
  );
  return isServed
    ? []
    : [`${definition.metadata.name} does not serve ${version}, which the lab's operators speak`];
}
