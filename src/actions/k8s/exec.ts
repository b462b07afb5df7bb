// k8s.exec: a command in a container, for what no other action does.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { DrctlError, counted, defineAction } from '../../engine/index.ts';
import type { ReadContext } from '../../engine/index.ts';
import type { DrPorts, KubeReader } from '../ports.ts';
import { mayExec, mayListPods } from './support/permissions.ts';
import { isReadyPod } from './support/pods.ts';
import { describeSelection, selectObjects, selectionOf } from './support/selection.ts';
import { kubeTarget } from './support/schemas.ts';

const params = Type.Object(
  {
    target: kubeTarget,
    namespace: Type.String({ minLength: 1 }),
    pod: Type.Optional(Type.String({ minLength: 1, description: 'Name of the pod' })),
    selector: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'Instead of pod: the first ready pod with these labels',
      }),
    ),
    container: Type.Optional(Type.String({ minLength: 1 })),
    command: Type.Array(Type.String(), {
      minItems: 1,
      description: 'The command and its arguments; no shell is involved',
    }),
    expectExitCodes: Type.Optional(Type.Array(Type.Integer(), { minItems: 1, default: [0] })),
    maxOutputBytes: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_048_576,
        default: 65_536,
        description: 'Output beyond this is dropped, the command goes on',
      }),
    ),
    repeatable: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Running it twice does no harm: after a crash it is run again unasked',
      }),
    ),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  exitCode: Type.Integer(),
  stdout: Type.String(),
  stderr: Type.String(),
  pod: Type.String(),
});

export const k8sExec = defineAction<DrPorts, typeof params, typeof outputs>({
  name: 'k8s.exec',
  version: 1,
  effect: 'change',
  summary: 'Runs a command in a container',
  examples: [
    {
      id: 'etcd-version',
      action: 'k8s.exec',
      with: {
        target: 'source',
        namespace: 'clusters-prod',
        selector: 'app=etcd',
        container: 'etcd',
        command: ['etcd', '--version'],
        repeatable: true,
      },
    },
  ],
  params,
  outputs,
  permissions: (wanted) => ({
    carryOut: [...(wanted.pod === undefined ? mayListPods(wanted) : []), ...mayExec(wanted)],
  }),
  plan: async (wanted) => ({
    changes: [
      {
        kind: 'run',
        on: { target: wanted.target, object: describePlace(wanted) },
        summary: `run ${wanted.command.join(' ')}`,
        risk: 'disruptive',
      },
    ],
  }),
  apply: async (wanted, ctx) => {
    const kube = await ctx.clients.kube(wanted.target);
    const pod = await podOf(wanted, kube, ctx);
    const session = await kube.exec({
      namespace: wanted.namespace,
      pod,
      ...(wanted.container === undefined ? {} : { container: wanted.container }),
      command: wanted.command,
      signal: ctx.signal,
    });
    const maxBytes = wanted.maxOutputBytes ?? defaultMaxOutputBytes;
    const stdout = await firstBytes(session.stdout, maxBytes);
    const { code, stderr } = await session.exit;
    if (!(wanted.expectExitCodes ?? [0]).includes(code)) {
      const shown = (stderr.trim() || stdout.trim()).slice(-maxShownLength);
      throw new DrctlError(
        'EXEC_FAILED',
        `"${wanted.command.join(' ')}" in ${wanted.namespace}/${pod} ended with ${code}: ${shown}`,
        { hint: 'Where that is expected, list the code under expectExitCodes' },
      );
    }
    return { exitCode: code, stdout, stderr: stderr.slice(0, maxBytes), pod };
  },
  probe: async (wanted) =>
    wanted.repeatable === true
      ? { found: 'not-done' }
      : {
          found: 'unclear',
          because: `whether "${wanted.command.join(' ')}" ran to its end is not recorded in the cluster`,
        },
  undo: { possible: false, because: 'what a command did is not known' },
});

type Params = Static<typeof params>;

const defaultMaxOutputBytes = 65_536;
const maxShownLength = 500;

function describePlace(wanted: Params): string {
  const pod = wanted.pod ?? `with ${wanted.selector ?? ''}`;
  const container = wanted.container === undefined ? '' : `, container ${wanted.container}`;
  return `Pod ${wanted.namespace}/${pod}${container}`;
}

async function podOf(wanted: Params, kube: KubeReader, ctx: ReadContext<DrPorts>): Promise<string> {
  if ((wanted.pod === undefined) === (wanted.selector === undefined)) {
    throw new DrctlError('PARAMS_INVALID', 'Give either pod or selector');
  }
  if (wanted.pod !== undefined) return wanted.pod;
  const { namespace, selector } = wanted;
  const selection = selectionOf(
    { apiVersion: 'v1', kind: 'Pod' },
    { namespace, ...(selector === undefined ? {} : { selector }) },
  );
  const pods = await selectObjects(kube, ctx, selection);
  const ready = pods.find(isReadyPod);
  if (ready !== undefined) return ready.metadata.name;
  throw new DrctlError(
    'CLIENT_NOT_FOUND',
    `${describeSelection(selection)}: none of ${counted(pods.length, 'pod')} is ready`,
  );
}

/** Reads to the end, so that the command is not cut off; keeps the beginning. */
async function firstBytes(stream: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const kept: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    if (size < maxBytes) kept.push(chunk.subarray(0, maxBytes - size));
    size += chunk.byteLength;
  }
  return Buffer.concat(kept).toString('utf8');
}
