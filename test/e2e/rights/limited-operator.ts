// A rehearsal in which the operator has no rights of their own: an administrator grants exactly what "drctl doctor" prints,
// and every API server writes down what the operator asked of it.

import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { createKubeTarget } from '../../../src/adapters/index.ts';
import type { KubeObject } from '../../../src/actions/ports.ts';
import type { LabFiles, LabOptions } from '../../../src/lab/index.ts';
import { newFolder, runCli } from '../../cli/run-cli.ts';
import type { CliResult } from '../../cli/run-cli.ts';
import { startedLab } from '../../lab/world/lab-fixture.ts';

export const operator = 'drctl-operator';
const runbook = path.resolve(import.meta.dirname, '../../../runbooks/aws-same-region.yaml');

/** Targets of the runbook with the kubeconfigs that the lab gives to its administrator. */
const kubeconfigs = {
  source: ['MGMT_KUBECONFIG', 'sourceKubeconfig'],
  destination: ['MGMT2_KUBECONFIG', 'destinationKubeconfig'],
  hosted: ['HC_KUBECONFIG', 'hostedKubeconfig'],
} as const satisfies Record<string, readonly [string, keyof LabFiles]>;

export type TargetName = keyof typeof kubeconfigs;
export const targetNames = Object.keys(kubeconfigs) as readonly TargetName[];

export interface Rehearsal {
  /** As the operator. "RUNBOOK" and "ENV" in the words stand for the shipped runbook and the lab's values. */
  drctl(...words: readonly string[]): Promise<CliResult>;
  /** Applies what doctor wrote; nothing else. */
  grant(target: TargetName): Promise<readonly KubeObject[]>;
  /** What the operator asked of the API servers of this target. */
  asked(target: TargetName): Promise<readonly AskedRequest[]>;
  readonly files: LabFiles;
}

export interface AskedRequest {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

export async function startRehearsal(options: Omit<LabOptions, 'dir'>): Promise<Rehearsal> {
  const { lab } = await startedLab({ ...options, audit: true });
  const cwd = await newFolder();
  const sets: string[] = [];
  for (const [variable, file] of Object.values(kubeconfigs)) {
    const own = path.join(cwd, `${file}.yaml`);
    await writeFile(own, asOperator(await readFile(lab.files[file], 'utf8')), { mode: 0o600 });
    sets.push('--set', `${variable}=${own}`);
  }
  const words: Readonly<Record<string, readonly string[]>> = {
    RUNBOOK: [runbook],
    ENV: ['-e', lab.files.envFile, ...sets],
  };
  return {
    files: lab.files,
    drctl: (...argv) =>
      runCli(
        argv.flatMap((word) => words[word] ?? [word]),
        { cwd, columns: 160 },
      ),
    async grant(target) {
      const text = await readFile(path.join(cwd, 'rights', `${target}.rbac.yaml`), 'utf8');
      const kube = createKubeTarget({ kubeconfig: lab.files[kubeconfigs[target][1]] });
      const { signal } = new AbortController();
      const manifests = parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
      for (const manifest of manifests) {
        await kube.client.apply(manifest, { fieldManager: 'administrator', force: true, signal });
      }
      kube.close();
      return manifests;
    },
    asked: (target) => readAudit(path.join(lab.dir, 'servers'), target),
  };
}

/** The administrator's kubeconfig, acting as somebody who has nothing. */
function asOperator(kubeconfig: string): string {
  const config = parse(kubeconfig) as { users: { user: Record<string, unknown> }[] };
  for (const { user } of config.users) user['as'] = operator;
  return stringify(config);
}

interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly impersonatedUser?: { readonly username: string };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly requestURI?: string;
  readonly responseStatus?: { readonly code?: number };
}

async function readAudit(folder: string, target: TargetName): Promise<readonly AskedRequest[]> {
  const names = await readdir(folder, { recursive: true });
  const logs = names.filter((name) => {
    if (!name.endsWith('-audit.log')) return false;
    const isHosted = path.basename(name).includes('-hosted-');
    return target === 'hosted' ? isHosted : !isHosted && path.basename(name).startsWith(target);
  });
  const texts = await Promise.all(logs.map((name) => readFile(path.join(folder, name), 'utf8')));
  return texts
    .flatMap((text) => text.split('\n').filter((line) => line !== ''))
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(({ user, impersonatedUser }) => (impersonatedUser ?? user).username === operator)
    .flatMap(requestsOf);
}

function requestsOf(event: AuditEvent): readonly AskedRequest[] {
  const { verb, objectRef, requestURI = '', responseStatus } = event;
  if (objectRef?.resource === undefined) {
    const resource = requestURI.split('?', 1)[0] ?? '';
    return [{ verb, group: '', resource, namespace: '', name: '' }];
  }
  const { apiGroup = '', resource, subresource = '', namespace = '', name = '' } = objectRef;
  const request = {
    group: apiGroup,
    resource: subresource === '' ? resource : `${resource}/${subresource}`,
    // Of a namespace itself a real server says that it lies in itself.
    namespace: resource === 'namespaces' ? '' : namespace,
    name: name === '' ? nameInSelector(requestURI) : name,
  };
  // A patch that made its object was asked about creating it too.
  const verbs = verb === 'patch' && responseStatus?.code === 201 ? [verb, 'create'] : [verb];
  return verbs.map((one) => ({ ...request, verb: one }));
}

function nameInSelector(uri: string): string {
  const query = new URLSearchParams(uri.slice(uri.indexOf('?') + 1));
  return /^metadata\.name=(.+)$/.exec(query.get('fieldSelector') ?? '')?.[1] ?? '';
}
