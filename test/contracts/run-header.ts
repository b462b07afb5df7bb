// A run header for tests that only need one that is complete.

import { hostname } from 'node:os';
import type { Operator, Plan, RunHeader } from '../../src/engine/index.ts';

/** This very process, so that stores that look for the holder find it alive. */
export function operatorOf(): Operator {
  return { user: 'tester', host: hostname(), pid: process.pid };
}

export function runHeader(runId: string): RunHeader {
  const runbook = { name: 'demo', version: '1.0.0', digest: 'sha256:0' };
  const plan: Plan = {
    format: 1,
    drctl: '0.0.0',
    createdAt: '2026-01-01T00:00:00.000Z',
    runbook: { ...runbook, path: 'demo.yaml' },
    envDigest: 'sha256:0',
    offline: false,
    unavailable: [],
    warnings: [],
    preconditions: [],
    phases: [],
    canApply: true,
  };
  return {
    format: 1,
    runId,
    createdAt: '2026-01-01T00:00:00.000Z',
    drctl: '0.0.0',
    by: operatorOf(),
    runbook,
    sources: [],
    env: {},
    sensitiveEnv: [],
    envFiles: [],
    unavailable: [],
    plan,
  };
}
