// A run in S3 as it lies there, for whoever checks it: nothing is written, nothing is mended, damage is handed on.

import { DrctlError } from '../../../engine/index.ts';
import type { ArtifactReader, KeptFile, RunEvidence, StoreFinding } from '../../../engine/index.ts';
import { leaseName, leaseNumbers, missingLeases } from '../lease-record.ts';
import { journalFolder, segmentName, segmentNumbers } from './journal.ts';
import type { StateObjects } from './objects.ts';

export interface EvidencePlace {
  readonly objects: StateObjects;
  /** The run's, with its "/". */
  readonly folder: string;
  readonly artifacts: ArtifactReader;
}

export async function s3Evidence(place: EvidencePlace): Promise<RunEvidence> {
  const { objects, folder, artifacts } = place;
  const below = journalFolder(folder);
  const numbers = segmentNumbers(await objects.list(below));
  const leases = leaseNumbers(
    (await objects.list(`${folder}lease-`)).map((rest) => `lease-${rest}`),
  );
  return {
    journal:
      numbers.length === 0
        ? undefined
        : keptObjects(
            objects,
            objects.uri(below.replace(/\/$/, '')),
            numbers.map((number) => `${below}${segmentName(number)}`),
          ),
    leases: leases.map((number) => {
      const key = `${folder}${leaseName(number)}`;
      return keptObjects(objects, objects.uri(key), [key]);
    }),
    artifacts,
    findings: [
      ...missingSegments(objects.uri(below), numbers),
      ...missingLeases(objects.uri(folder), leases),
    ],
  };
}

/** One after the other, as one file. */
function keptObjects(objects: StateObjects, name: string, keys: readonly string[]): KeptFile {
  return {
    name,
    async *read() {
      for (const key of keys) {
        const body = await objects.read(key);
        if (body === undefined) {
          throw new DrctlError(
            'FILE_UNREADABLE',
            `${objects.uri(key)} went away while it was read`,
          );
        }
        yield body;
      }
    },
  };
}

/** A fence may be missing without a gap in the lines, so the lines alone do not show it. */
function missingSegments(place: string, numbers: readonly number[]): readonly StoreFinding[] {
  const last = numbers.at(-1) ?? 0;
  const missing = last - numbers.length;
  if (missing === 0) return [];
  return [
    {
      severity: 'error',
      message: `${place}: ${missing} of the segments before ${segmentName(last)} ${missing === 1 ? 'is' : 'are'} missing`,
      hint: 'Put them back from older versions of these objects: without them a run cannot be gone on with',
    },
  ];
}
