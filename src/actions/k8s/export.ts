// k8s.export: objects of a cluster into an artifact, with the Secrets and ConfigMaps that they refer to. References
// are walked, never guessed from names, and everything that is left behind is reported with the reason.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { CelExpression, DrctlError, counted, defineAction } from '../../engine/index.ts';
import type { Change, ReadContext, WriteContext } from '../../engine/index.ts';
import type { DrPorts } from '../ports.ts';
import { exportPermissions } from './support/export-permissions.ts';
import { foreseenExport, foundForExport, writeExport } from './support/export-files.ts';
import { exportOutputs, notesOf, outputsOf } from './support/export-outputs.ts';
import type { ExportOutputs } from './support/export-outputs.ts';
import { eachForExport } from './support/export-selection.ts';
import type { NotTaken, TakenObject } from './support/export-selection.ts';
import { indexName, keptExport, readIndex } from './support/exported.ts';
import { writeChunks } from './support/json-artifacts.ts';
import { describeObject, describeRef } from './support/objects.ts';
import {
  apiVersionField,
  kindField,
  kubeTarget,
  namespaceField,
  selectionFields,
} from './support/schemas.ts';

const params = Type.Object(
  {
    target: kubeTarget,
    to: Type.String({
      pattern: '^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$',
      description: 'Name of the artifact folder',
    }),
    select: Type.Array(
      Type.Object(
        {
          apiVersion: apiVersionField,
          kind: kindField,
          namespace: Type.Optional(namespaceField),
          ...selectionFields,
          optional: Type.Optional(
            Type.Boolean({
              default: false,
              description: 'Finding none is fine, also when the kind is not served',
            }),
          ),
          as: Type.Optional(
            Type.String({
              pattern: '^[A-Za-z0-9._-]+$',
              description: 'Group label: its folder in the artifact and its key in `groups`',
            }),
          ),
        },
        { additionalProperties: false },
      ),
      { minItems: 1 },
    ),
    references: Type.Optional(
      Type.Object(
        {
          kinds: Type.Optional(
            Type.Array(Type.Enum(['Secret', 'ConfigMap']), {
              default: ['Secret', 'ConfigMap'],
              description: 'Which referenced kinds are taken; an empty list follows none',
            }),
          ),
          optional: Type.Optional(
            Type.Boolean({
              default: false,
              description:
                'A referenced object that does not exist is only reported, instead of failing',
            }),
          ),
        },
        { additionalProperties: false },
      ),
    ),
    referencePaths: Type.Optional(
      Type.Array(
        Type.Object(
          {
            kind: Type.String({ description: 'Kind that holds the reference; "*" for every kind' }),
            group: Type.Optional(Type.String({ description: 'API group of that kind' })),
            path: Type.String({
              description:
                'Dotted path to the name; "[]" goes through a list: "spec.config[].name"',
            }),
            refersTo: Type.Enum(['Secret', 'ConfigMap']),
          },
          { additionalProperties: false },
        ),
        { description: 'References beside those that drctl knows' },
      ),
    ),
    exclude: Type.Optional(
      Type.Array(
        Type.Object(
          {
            apiVersion: Type.Optional(apiVersionField),
            kind: Type.Optional(kindField),
            where: Type.Optional(
              CelExpression({ description: 'Objects for which this is true; `object`' }),
            ),
            because: Type.String({ description: 'The reason, shown in plan and report' }),
          },
          { additionalProperties: false },
        ),
        { description: 'What is not taken although selected or referred to' },
      ),
    ),
  },
  { additionalProperties: false },
);

export const k8sExport = defineAction<DrPorts, typeof params, typeof exportOutputs>({
  name: 'k8s.export',
  version: 1,
  effect: 'change',
  summary: 'Exports objects and the Secrets and ConfigMaps they refer to',
  examples: [
    {
      id: 'export-hosted-cluster',
      action: 'k8s.export',
      with: {
        target: 'source',
        to: 'objects',
        select: [
          {
            apiVersion: 'hypershift.openshift.io/v1beta1',
            kind: 'HostedCluster',
            namespace: 'clusters',
            name: 'prod',
          },
          {
            apiVersion: 'cluster.x-k8s.io/*',
            kind: 'Machine',
            namespace: 'clusters-prod',
            all: true,
            optional: true,
          },
        ],
        exclude: [
          {
            kind: 'Secret',
            where: "object.metadata.name.startsWith('token-prod')",
            because: 'node bootstrap tokens are made anew',
          },
        ],
      },
    },
  ],
  params,
  outputs: exportOutputs,
  permissions: (wanted) => ({ carryOut: exportPermissions(wanted) }),
  plan: async (wanted, ctx) => {
    const kube = await ctx.readers.kube(wanted.target);
    const taken = eachForExport(wanted, kube, ctx);
    if (ctx.asked === 'changes') {
      return { changes: await changesOf(wanted, await countOf(taken), ctx) };
    }
    const { objects, notTaken, files } =
      ctx.asked === 'consequences'
        ? await foreseenExport(wanted.to, taken)
        : { ...(await foundForExport(taken)), files: [] };
    const changes = await changesOf(wanted, objects.length, ctx);
    return {
      changes,
      observed: objects.map((object) => ({
        object: `${wanted.target}: ${describeRef(object)}`,
        id: object.uid,
        fields: null,
      })),
      outputs: outputsOf(wanted.to, objects, notTaken),
      notes: notesOf(notTaken),
      consequences: async () => (changes.some(({ kind }) => kind === 'run') ? files : []),
    };
  },
  apply: async (wanted, ctx) => {
    // An export that is complete is not made again: the objects may be gone from the cluster by now.
    if (ctx.undoEntries.has(exportedKey)) {
      const complete = await exportedOutputs(wanted, ctx);
      if (complete !== undefined) return complete;
    } else if ((await ctx.readers.artifacts.stat(indexName(wanted.to))) !== undefined) {
      throw new DrctlError(
        'CLIENT_CONFLICT',
        `Another step has exported to "${wanted.to}" already`,
        {
          hint: 'Give each export of a run an artifact of its own',
        },
      );
    }
    const kube = await ctx.clients.kube(wanted.target);
    const taken = reported(eachForExport(wanted, kube, ctx), ctx);
    const { objects, notTaken, digest } = await writeExport(
      wanted.to,
      taken,
      async (name, chunks) => {
        await ctx.recordUndo({ [exportedKey]: wanted.to });
        return writeChunks(ctx, name, chunks);
      },
    );
    return { ...outputsOf(wanted.to, objects, notTaken), digest };
  },
  probe: async (wanted, ctx) => {
    if (!ctx.undoEntries.has(exportedKey)) return { found: 'not-done' };
    const complete = await exportedOutputs(wanted, ctx);
    return complete === undefined ? { found: 'not-done' } : { found: 'done', outputs: complete };
  },
  undo: {
    possible: true,
    run: async ({ entries }, ctx) => {
      const artifact = entries.get(exportedKey);
      if (typeof artifact !== 'string') return;
      // The index first: what is left after a crash is then no export any more.
      await ctx.clients.artifacts.remove(indexName(artifact));
      for (const name of await ctx.readers.artifacts.list(`${artifact}/`)) {
        await ctx.clients.artifacts.remove(name);
      }
    },
  },
  artifacts: ({ outputs: exported }) => keptExport(exported),
});

type Wanted = Static<typeof params>;

const exportedKey = 'artifact';
/** Beyond so many nobody reads each name, and showing it takes longer than exporting it. */
const reportedOneByOne = 100;

/** With nothing kept of them. */
async function countOf(taken: AsyncGenerator<TakenObject, unknown>): Promise<number> {
  let count = 0;
  for await (const _ of taken) count += 1;
  return count;
}

async function changesOf(
  { target, to }: Wanted,
  count: number,
  ctx: ReadContext<DrPorts>,
): Promise<readonly Change[]> {
  if ((await readIndex(ctx.readers.artifacts, to)) !== undefined) {
    return [{ kind: 'none', because: 'it was exported already' }];
  }
  const summary = `export ${counted(count, 'object')}`;
  return [{ kind: 'run', on: { target, object: `artifact ${to}` }, summary, risk: 'safe' }];
}

async function* reported(
  taken: AsyncGenerator<TakenObject, readonly NotTaken[]>,
  ctx: WriteContext<DrPorts>,
): AsyncGenerator<TakenObject, readonly NotTaken[]> {
  let done = 0;
  let next = await taken.next();
  for (; next.done !== true; next = await taken.next()) {
    done += 1;
    if (done <= reportedOneByOne || done % reportedOneByOne === 0) {
      const message = `Exporting ${describeObject(next.value.object)}`;
      ctx.report({ message, done, unit: 'objects' });
    }
    yield next.value;
  }
  return next.value;
}

async function exportedOutputs(
  wanted: Wanted,
  ctx: ReadContext<DrPorts>,
): Promise<ExportOutputs | undefined> {
  const found = await readIndex(ctx.readers.artifacts, wanted.to);
  if (found === undefined) return undefined;
  const { index, digest } = found;
  return { ...outputsOf(wanted.to, index.objects, index.notTaken), digest };
}
