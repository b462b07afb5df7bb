// The preconditions of a shipped runbook on a lab, asked one at a time, of the world as it is or with one thing changed.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { builtinActions } from '../../../src/actions/index.ts';
import type { DrPorts } from '../../../src/actions/index.ts';
import { createSystem } from '../../../src/adapters/index.ts';
import { connectTargets } from '../../../src/cli/compose.ts';
import type { Connections } from '../../../src/cli/compose.ts';
import {
  createRedactor,
  createRegistry,
  envScope,
  loadRunbook,
  renderTargets,
  renderVars,
  resolveEnv,
  runScope,
} from '../../../src/engine/index.ts';
import type { CheckResult, Session } from '../../../src/engine/index.ts';
import { evaluateCheck } from '../../../src/engine/planning/evaluate-check.ts';
import type { Lab } from '../../../src/lab/index.ts';
import type { Fault } from './faults.ts';

const registry = createRegistry<DrPorts>(builtinActions);
const runId = '20261201-000000-checks-abcd';

export const folder = path.resolve(import.meta.dirname, '../../../runbooks');

export async function checksOf(lab: Lab, name: string) {
  const file = path.join(folder, `${name}.yaml`);
  const runbook = await loadRunbook({
    path: file,
    readFile: (one) => readFile(one, 'utf8'),
    registry,
  });
  const envOf = (more: Fault['env'] = {}) => {
    const given = Object.entries({ ...lab.env, ...more });
    const set = Object.fromEntries(given.filter(([key]) => runbook.env.has(key)));
    return resolveEnv({ declarations: runbook.env, files: [], set, process: {} }).values;
  };
  const scopeOf = (env: ReturnType<typeof envOf>, unavailable: readonly string[]) => {
    const run = runScope(runId, unavailable);
    return { env: envScope(env), vars: renderVars(runbook, env, run), run, steps: {} };
  };
  const opened = new Map<string, Connections>();
  /** As the product has them: what was given up is not reached. */
  const connect = async (unavailable: readonly string[]): Promise<Connections> => {
    const key = unavailable.join();
    const connections =
      opened.get(key) ??
      (await connectTargets({
        targets: renderTargets(runbook, scopeOf(envOf(), unavailable)),
        unavailable,
        artifacts: {} as never,
        runbookPath: file,
        notice: () => undefined,
      }));
    opened.set(key, connections);
    return connections;
  };
  const { signal } = new AbortController();
  return {
    runbook,
    close() {
      for (const connections of opened.values()) connections.close();
    },
    /** undefined: the runbook has no such check. */
    async ask(id: string, fault: Omit<Fault, 'found'> = {}): Promise<CheckResult | undefined> {
      const check = runbook.preconditions.find((one) => one.id === id);
      const { alter = (as) => as, unavailable = [] } = fault;
      const env = envOf(fault.env);
      const { readers } = await connect(unavailable);
      const session: Session<DrPorts> = {
        runbook,
        runbookPath: file,
        env,
        registry,
        ports: { readers: alter(readers) },
        system: createSystem(),
        redactor: createRedactor(),
        drctl: '0.0.0',
        parallel: 8,
        unavailable,
        signal,
        runId,
        offline: false,
        emit: () => undefined,
      };
      const scope = scopeOf(env, unavailable);
      return check === undefined ? undefined : evaluateCheck({ session, check, scope, signal });
    },
  };
}
