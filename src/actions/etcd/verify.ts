// etcd.verify: is this file a whole etcd snapshot? Needs no etcd and no cluster, so it works on the day when both are gone.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { DrctlError, defineReadAction } from '../../engine/index.ts';
import type { ReadContext } from '../../engine/index.ts';
import { planAssertion } from '../plan-assertion.ts';
import { digestOf, openSourceFile } from '../source-file.ts';
import type { DrPorts } from '../ports.ts';
import { verifiedSnapshot } from './support/snapshot-content.ts';

const params = Type.Object(
  {
    file: Type.String({
      description: 'Artifact name, or a local path that starts with ./ ../ or /',
      minLength: 1,
    }),
    sha256: Type.Optional(
      Type.String({ description: 'Expected hex SHA-256', pattern: '^[0-9a-f]{64}$' }),
    ),
    sizeBytes: Type.Optional(Type.Integer({ description: 'Expected size', minimum: 0 })),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  file: Type.String(),
  sizeBytes: Type.Integer(),
  sha256: Type.String({ description: 'Hex SHA-256 of the whole file' }),
  integrity: Type.Literal('sha256-trailer'),
});

export const etcdVerify = defineReadAction<DrPorts, typeof params, typeof outputs>({
  name: 'etcd.verify',
  version: 1,
  summary: 'Verifies the checksum that an etcd snapshot carries at its end',
  examples: [
    { id: 'verify-snapshot', action: 'etcd.verify', with: { file: 'etcd-snapshot.db' } },
    { id: 'verify-old-backup', action: 'etcd.verify', with: { file: './backups/etcd.db' } },
  ],
  params,
  outputs,
  // A file of the run or of the operator's machine.
  permissions: () => ({ carryOut: [] }),
  read,
  // The file may be what an earlier step will make.
  plan: (wanted, ctx) => planAssertion(() => read(wanted, ctx)),
});

async function read(
  { file, ...expected }: Static<typeof params>,
  ctx: ReadContext<DrPorts>,
): Promise<Static<typeof outputs>> {
  const source = await openSourceFile(ctx.readers, file);
  const found = await digestOf(verifiedSnapshot(source.read(), file), ctx.signal);
  for (const name of ['sha256', 'sizeBytes'] as const) {
    if (expected[name] !== undefined && expected[name] !== found[name]) {
      throw new DrctlError(
        'DATA_CORRUPT',
        `${file} is another file than expected: its ${name} is ${found[name]}, not ${expected[name]}`,
      );
    }
  }
  return { file, ...found, integrity: 'sha256-trailer' };
}
