// The files of a run compared with what its journal says of them, byte for byte.

import { createHash } from 'node:crypto';
import type { KeptArtifact } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { Json } from '../contracts/json.ts';
import type { ArtifactReader } from '../contracts/store.ts';
import { counted } from '../contracts/words.ts';
import { findingOf } from './finding.ts';
import type { AuditFinding } from './finding.ts';

export interface ArtifactAudit {
  /** How many artifacts were compared. */
  readonly artifacts: number;
  readonly sizeBytes: number;
  /** Artifacts of which the journal says nothing: work that was cut off, or files of somebody else. */
  readonly unrecorded: readonly string[];
  readonly findings: readonly AuditFinding[];
}

/** The longest index that is looked into. */
const indexBytesMax = 64 * 1024 * 1024;

/** Reads every artifact once, and only once of each name. */
export async function auditArtifacts(
  reader: ArtifactReader,
  recorded: readonly KeptArtifact[],
): Promise<ArtifactAudit> {
  const findings: AuditFinding[] = [];
  const seen = new Set<string>();
  const queue = [...recorded];
  let sizeBytes = 0;
  for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
    if (seen.has(one.name)) continue;
    seen.add(one.name);
    try {
      const checked = await checkArtifact(reader, one);
      sizeBytes += checked.sizeBytes;
      if (checked.finding !== undefined) findings.push(checked.finding);
      queue.push(...checked.listed);
    } catch (error) {
      findings.push(findingOf('artifacts', one.name, error));
    }
  }
  const unrecorded: string[] = [];
  try {
    const names = await reader.list('');
    unrecorded.push(...names.filter((name) => !seen.has(name)));
  } catch (error) {
    findings.push(findingOf('artifacts', 'the artifacts', error));
  }
  return { artifacts: seen.size, sizeBytes, unrecorded, findings };
}

async function checkArtifact(
  reader: ArtifactReader,
  recorded: KeptArtifact,
): Promise<{
  readonly sizeBytes: number;
  readonly finding?: AuditFinding;
  readonly listed: readonly KeptArtifact[];
}> {
  const { name, digest } = recorded;
  const at = { severity: 'error', part: 'artifacts', file: name } as const;
  if ((await reader.stat(name)) === undefined) {
    const message = `artifact ${name} is missing`;
    return { sizeBytes: 0, finding: { ...at, message, expected: digest }, listed: [] };
  }
  const hash = createHash('sha256');
  const kept: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of reader.read(name)) {
    hash.update(chunk);
    sizeBytes += chunk.byteLength;
    if (recorded.listed !== undefined && sizeBytes <= indexBytesMax)
      kept.push(Uint8Array.from(chunk));
  }
  const found = `sha256:${hash.digest('hex')}`;
  if (found === digest) {
    const listed = recorded.listed?.(JSON.parse(Buffer.concat(kept).toString()) as Json) ?? [];
    return { sizeBytes, listed };
  }
  const wasBytes = recorded.sizeBytes;
  const size =
    wasBytes === undefined || wasBytes === sizeBytes
      ? counted(sizeBytes, 'byte')
      : `${counted(sizeBytes, 'byte')} where ${wasBytes} were written`;
  const message = `artifact ${name} is not what the journal recorded (${size})`;
  return { sizeBytes, finding: { ...at, message, expected: digest, found }, listed: [] };
}

/**
 * The reader, for a run that goes on: what is read from the start to the end has the digest that the journal recorded,
 * or reading it ends with DATA_CORRUPT. `recorded` is asked anew each time.
 */
export function verifiedArtifacts(
  reader: ArtifactReader,
  recorded: (name: string) => Promise<KeptArtifact | undefined>,
): ArtifactReader {
  return {
    async stat(name) {
      const found = await reader.stat(name);
      const digest = found === undefined ? undefined : (await recorded(name))?.digest;
      if (found === undefined || digest === undefined) return found;
      return { ...found, sha256: digest.replace(/^sha256:/, '') };
    },
    list: (prefix) => reader.list(prefix),
    async *read(name, range = {}) {
      const isWhole = (range.start ?? 0) === 0 && range.end === undefined;
      const expected = isWhole ? await recorded(name) : undefined;
      const hash = expected === undefined ? undefined : createHash('sha256');
      for await (const chunk of reader.read(name, range)) {
        hash?.update(chunk);
        yield chunk;
      }
      const found = hash === undefined ? undefined : `sha256:${hash.digest('hex')}`;
      if (found === expected?.digest) return;
      throw new DrctlError(
        'DATA_CORRUPT',
        `Artifact ${name} is not what the journal recorded: ${found}, expected ${expected?.digest}`,
        {
          hint: 'Put the artifact back from a copy; "drctl audit verify" shows what else was changed',
        },
      );
    },
  };
}
