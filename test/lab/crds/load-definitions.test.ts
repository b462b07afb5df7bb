// The folder behind --crds: everything in it is read, and everything that is wrong with it is said at once.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LabError } from '../../../src/lab/index.ts';
import { compile } from '../../../src/lab/kube/cel/rule.ts';
import { managementDefinitions } from '../../../src/lab/world/definitions.ts';
import { loadDefinitions } from '../../../src/lab/world/load-definitions.ts';
import { realCrds, withoutCrds } from './real-crds.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'drctl-crds-'));
});
afterEach(async () => rm(dir, { recursive: true, force: true }));

const own = managementDefinitions();

function documents(leaveOut: readonly string[] = []): string {
  return own
    .filter(({ metadata }) => !leaveOut.includes(metadata.name))
    .map((definition) => JSON.stringify(definition))
    .join('\n---\n');
}

async function refusal(folder: string): Promise<string> {
  const error: unknown = await loadDefinitions(folder).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(LabError);
  return error instanceof LabError ? error.message : '';
}

describe('a folder of definitions', () => {
  it('may hold several documents in a file, and other kinds beside them', async () => {
    await writeFile(join(dir, 'all.yaml'), `${documents()}\n---\nkind: ConfigMap\n`);
    const found = await loadDefinitions(dir);
    expect([...found.keys()].sort()).toEqual(own.map(({ metadata }) => metadata.name).sort());
  });

  it('may be what kubectl wrote on a cluster; what that cluster added is left out', async () => {
    const items = own.map((definition) => ({
      ...definition,
      metadata: { ...definition.metadata, uid: 'theirs', resourceVersion: '7' },
      spec: { ...definition.spec, conversion: { strategy: 'Webhook' } },
      status: { storedVersions: ['v1beta1'] },
    }));
    await writeFile(join(dir, 'all.yaml'), JSON.stringify({ kind: 'List', items }));
    expect([...(await loadDefinitions(dir)).values()]).toEqual(own);
  });

  it('that is absent is named', async () => {
    expect(await refusal(join(dir, 'nowhere'))).toContain(`${join(dir, 'nowhere')} cannot be read`);
  });

  it('without YAML in it is named', async () => {
    await writeFile(join(dir, 'README.md'), 'nothing');
    expect(await refusal(dir)).toContain('holds no YAML file');
  });

  it('is refused with every problem, by file, at once', async () => {
    await writeFile(join(dir, 'a.yaml'), documents(['machines.cluster.x-k8s.io']));
    await writeFile(join(dir, 'b.yaml'), 'kind: [unclosed');
    await writeFile(join(dir, 'c.yaml'), 'kind: Service');
    const [again] = own;
    await writeFile(join(dir, 'd.yml'), JSON.stringify(again));
    const old = own.find(({ metadata }) => metadata.name === 'routes.route.openshift.io');
    await writeFile(
      join(dir, 'e.yaml'),
      JSON.stringify({ ...old, apiVersion: 'apiextensions.k8s.io/v1beta1' }),
    );
    const message = await refusal(dir);
    expect(message).toContain('b.yaml: no YAML: ');
    expect(message).toContain('c.yaml: no CustomResourceDefinition in it');
    expect(message).toContain('d.yml: hostedclusters.hypershift.openshift.io is in a.yaml already');
    expect(message).toContain('e.yaml: routes.route.openshift.io is apiextensions.k8s.io/v1beta1');
    expect(message).toContain('no file defines Machine');
  });

  it('is refused where a kind is not served in the version that the operators speak', async () => {
    const text = documents().replaceAll('"v1beta2"', '"v1beta3"');
    await writeFile(join(dir, 'all.yaml'), text);
    expect(await refusal(dir)).toContain(
      'awsmachines.infrastructure.cluster.x-k8s.io does not serve v1beta2',
    );
  });
});

/** Every rule of a document, wherever it stands. */
function rulesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(rulesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) =>
    key === 'x-kubernetes-validations' && Array.isArray(child)
      ? child.map((rule: { rule: string }) => rule.rule)
      : rulesIn(child),
  );
}

describe.skipIf(withoutCrds)('the real definitions', () => {
  it('hold no CEL rule that the embedded server does not understand', async () => {
    const rules = [...(await loadDefinitions(realCrds)).values()].flatMap(rulesIn);
    const problems = rules.filter((rule) => 'problem' in compile(rule));
    expect(rules.length).toBeGreaterThan(500);
    expect(problems).toEqual([]);
  });
});
