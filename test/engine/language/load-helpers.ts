// Loads runbooks from texts, for tests: what came out, or every problem on a line of its own.

import { DrctlError } from '../../../src/engine/contracts/errors.ts';
import type { Problem } from '../../../src/engine/contracts/problem.ts';
import type { Runbook } from '../../../src/engine/contracts/runbook.ts';
import { loadRunbook } from '../../../src/engine/language/load-runbook.ts';
import { testRegistry } from './test-registry.ts';

export const header = `apiVersion: drctl.dev/v1
kind: Runbook
metadata: { name: test, version: 1.0.0 }
env: { CLUSTER: { required: true }, REGION: {} }
vars: { ns: "x-{{env.CLUSTER}}" }
targets:
  source: { type: kubernetes, kubeconfig: "{{env.CLUSTER}}.kubeconfig" }
  aws: { type: aws, region: "{{env.REGION}}" }
`;

/** The texts of files by path; the runbook is "r.yaml". */
export async function load(files: Readonly<Record<string, string>>): Promise<Runbook> {
  return loadRunbook({
    path: 'r.yaml',
    readFile: async (path) => {
      // A file may be called as anything that objects have anyway.
      const text = Object.hasOwn(files, path) ? files[path] : undefined;
      if (text === undefined) throw new DrctlError('FILE_UNREADABLE', `${path} does not exist`);
      return text;
    },
    registry: testRegistry,
  });
}

export async function problemsOf(
  files: Readonly<Record<string, string>>,
): Promise<readonly Problem[]> {
  try {
    await load(files);
    return [];
  } catch (error) {
    if (error instanceof DrctlError && error.code === 'RUNBOOK_INVALID') return error.problems;
    throw error;
  }
}

/** "file:line:column message | hint" */
export function lines(problems: readonly Problem[]): readonly string[] {
  return problems.map(({ at, message, hint }) => {
    const place = at === undefined ? '' : `${at.file}:${at.line}:${at.column} `;
    return `${place}${message}${hint === undefined ? '' : ` | ${hint}`}`;
  });
}
