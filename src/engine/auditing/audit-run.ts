// Everything about one run that can be checked without contacting anything: its header, the chain of its journal, whether
// each event could follow, the files that the journal speaks of, and its leases. Reads only.
//
// A hash chain shows damage and edits in the middle. Who rewrites the whole journal can compute it anew, and the last
// line has none after it: only a head digest that was noted elsewhere tells that.

import type { Ports } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { Registry } from '../contracts/registry.ts';
import type { KeptFile, RunEvidence, RunHeader, RunStore } from '../contracts/store.ts';
import { loadRunbookFromSources } from '../language/load-runbook.ts';
import type { RunState } from '../running/run-state.ts';
import { auditArtifacts } from './audit-artifacts.ts';
import type { ArtifactAudit } from './audit-artifacts.ts';
import { auditJournal } from './audit-journal.ts';
import type { JournalAudit } from './audit-journal.ts';
import { findingOf } from './finding.ts';
import type { AuditFinding } from './finding.ts';
import { recordedArtifacts } from './recorded-artifacts.ts';

export interface RunAudit {
  readonly runId: string;
  /** Undefined when it cannot be read. */
  readonly header: RunHeader | undefined;
  /** Undefined when it is missing. */
  readonly journal: Omit<JournalAudit, 'findings' | 'state'> | undefined;
  readonly artifacts: Omit<ArtifactAudit, 'findings'>;
  readonly leases: number;
  /** Whether somebody works on the run right now: then the last line may be half written. */
  readonly isHeld: boolean;
  readonly findings: readonly AuditFinding[];
}

const leaseBytesMax = 1024 * 1024;

/** RUN_NOT_FOUND when nothing is kept of that id. Whatever else is wrong is a finding. */
export async function auditRun<P extends Ports>(
  runId: string,
  { store, registry }: { readonly store: RunStore; readonly registry: Registry<P> },
): Promise<RunAudit> {
  const evidence = await store.evidence(runId);
  const findings: AuditFinding[] = evidence.findings.map((one) => ({ ...one, part: 'store' }));
  const header = await readHeader(runId, store, findings);
  const isHeld = await isHeldNow(runId, store);
  if (header !== undefined) await checkSources(header, registry, findings);
  const journal = await readJournal(evidence, findings);
  if (journal !== undefined) findings.push(...identityFindings(runId, header, journal.state));
  for (const lease of evidence.leases) await checkLease(lease, findings);
  const files = await readArtifacts(evidence, journal?.state, registry);
  findings.push(...files.findings);
  const { artifacts, sizeBytes, unrecorded } = files;
  return {
    runId,
    header,
    journal: journal === undefined ? undefined : countsOf(journal),
    artifacts: { artifacts, sizeBytes, unrecorded },
    leases: evidence.leases.length,
    isHeld,
    findings: findings.toSorted((a, b) => order.indexOf(a.part) - order.indexOf(b.part)),
  };
}

const order: readonly AuditFinding['part'][] = [
  'header',
  'journal',
  'events',
  'artifacts',
  'leases',
  'store',
];

function countsOf({ lines, sizeBytes, tornBytes, head, events }: JournalAudit) {
  return { lines, sizeBytes, tornBytes, head, events };
}

async function readHeader(
  runId: string,
  store: RunStore,
  findings: AuditFinding[],
): Promise<RunHeader | undefined> {
  try {
    const header = await store.header(runId);
    if (header.runId === runId) return header;
    const message = 'the header is that of another run';
    findings.push({
      severity: 'error',
      part: 'header',
      message,
      expected: runId,
      found: header.runId,
    });
    return header;
  } catch (error) {
    const problems = error instanceof DrctlError ? error.problems : [];
    const finding = findingOf('header', 'the header', error);
    if (problems.length === 0) findings.push(finding);
    for (const { message } of problems) findings.push({ ...finding, message });
    return undefined;
  }
}

async function isHeldNow(runId: string, store: RunStore): Promise<boolean> {
  try {
    return (await store.holder(runId)) !== undefined;
  } catch {
    // What keeps it from being told has its own finding.
    return false;
  }
}

/** The runbook that the run keeps must be the one whose digest was taken when it began. */
async function checkSources<P extends Ports>(
  header: RunHeader,
  registry: Registry<P>,
  findings: AuditFinding[],
): Promise<void> {
  const at = { severity: 'error', part: 'header' } as const;
  try {
    const { digest } = await loadRunbookFromSources(header.sources, registry);
    if (digest === header.runbook.digest) return;
    const message = 'the runbook in the header is not the one that the run was begun with';
    findings.push({ ...at, message, expected: header.runbook.digest, found: digest });
  } catch (error) {
    const { message } = findingOf('header', 'the header', error);
    findings.push({ ...at, message: `the runbook in the header cannot be read: ${message}` });
  }
}

async function readJournal(
  { journal }: RunEvidence,
  findings: AuditFinding[],
): Promise<JournalAudit | undefined> {
  if (journal === undefined) {
    findings.push({ severity: 'error', part: 'journal', message: 'the journal is missing' });
    return undefined;
  }
  const audit = await auditJournal(journal);
  findings.push(...audit.findings);
  return audit;
}

function identityFindings(
  runId: string,
  header: RunHeader | undefined,
  { runId: begunAs, begunWith }: RunState,
): readonly AuditFinding[] {
  const at = { severity: 'error', part: 'journal' } as const;
  const found: AuditFinding[] = [];
  if (begunAs !== undefined && begunAs !== runId) {
    const message = 'the journal is that of another run';
    found.push({ ...at, message, expected: runId, found: begunAs });
  }
  if (header === undefined || begunWith === undefined) return found;
  const pairs = [
    ['the runbook', begunWith.runbookDigest, header.runbook.digest],
    ['the env values', begunWith.envDigest, header.plan.envDigest],
  ] as const;
  for (const [what, expected, now] of pairs) {
    if (expected === now) continue;
    const message = `${what} of the header and of the journal are not the same`;
    found.push({ ...at, message, expected, found: now });
  }
  return found;
}

async function checkLease(lease: KeptFile, findings: AuditFinding[]): Promise<void> {
  const at = { severity: 'error', part: 'leases', file: lease.name } as const;
  try {
    const value: unknown = JSON.parse(await textOf(lease));
    const holder = (value ?? {}) as Record<string, unknown>;
    const isHolder =
      typeof holder['user'] === 'string' &&
      typeof holder['host'] === 'string' &&
      typeof holder['since'] === 'string' &&
      Number.isSafeInteger(holder['pid']);
    if (!isHolder) findings.push({ ...at, message: `${lease.name} names no holder` });
  } catch (error) {
    if (!(error instanceof SyntaxError)) findings.push(findingOf('leases', lease.name, error));
    else findings.push({ ...at, message: `${lease.name} is not JSON` });
  }
}

async function textOf(file: KeptFile): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of file.read()) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > leaseBytesMax) throw new SyntaxError('too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** While the run goes on, what does not fit any more is looked at again with the journal as it is by then. */
async function readArtifacts<P extends Ports>(
  evidence: RunEvidence,
  state: RunState | undefined,
  registry: Registry<P>,
): Promise<ArtifactAudit> {
  const recorded = state === undefined ? [] : recordedArtifacts(state, registry);
  const audit = await auditArtifacts(evidence.artifacts, recorded);
  if (audit.findings.length === 0 || evidence.journal === undefined) return audit;
  const again = await auditJournal(evidence.journal);
  if (again.state.seq === state?.seq) return audit;
  return auditArtifacts(evidence.artifacts, recordedArtifacts(again.state, registry));
}
