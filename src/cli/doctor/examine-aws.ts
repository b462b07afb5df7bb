// Examines one AWS target: does STS answer and who does it say we are, and what can be found out about our rights
// without writing. What cannot is said to be not checked.

import PQueue from 'p-queue';
import type { AwsTarget } from '../../adapters/index.ts';
import type { NeededPermission } from '../../engine/index.ts';
import type { Answer, AwsRight, ExaminedAws } from './rights.ts';

const QUESTIONS_AT_ONCE = 4;

export interface AwsExamination {
  readonly name: string;
  readonly region: string;
  readonly mayBeDown: boolean;
  readonly needed: readonly NeededPermission[];
  /** Undefined: the target was given up. */
  readonly target: AwsTarget | undefined;
  readonly signal: AbortSignal;
}

export async function examineAws(examination: AwsExamination): Promise<ExaminedAws> {
  const { name, region, mayBeDown, target, signal } = examination;
  const base = { type: 'aws' as const, name, where: region, region, mayBeDown };
  const rights = rightsOf(examination);
  const unasked = (problem: string): ExaminedAws => ({
    ...base,
    problem,
    rights: rights.map((right) => ({
      ...right,
      answer: {
        has: 'unknown',
        because: target === undefined ? 'the target is given up' : 'the target does not answer',
      },
    })),
  });
  if (target === undefined) return unasked('given up');
  try {
    const identity = await target.account.whoAmI(signal);
    const queue = new PQueue({ concurrency: QUESTIONS_AT_ONCE });
    const asked = await Promise.all(
      rights.map((right) =>
        queue.add(async () => ({
          ...right,
          answer: answerOf(await target.account.may(right, signal)),
        })),
      ),
    );
    return { ...base, ...(identity === undefined ? {} : { identity }), rights: asked };
  } catch (error) {
    signal.throwIfAborted();
    return unasked(error instanceof Error ? error.message : String(error));
  }
}

function rightsOf({ needed, region }: AwsExamination): readonly AwsRight[] {
  return needed.flatMap(({ permission, uses }) =>
    permission.system === 'aws'
      ? [{ action: permission.action, resource: inPartition(permission.resource, region), uses }]
      : [],
  );
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
function inPartition(arn: string, region: string): string {
  if (region.startsWith('cn-')) return arn.replace(/^arn:aws:/, 'arn:aws-cn:');
  return region.startsWith('us-gov-') ? arn.replace(/^arn:aws:/, 'arn:aws-us-gov:') : arn;
}

function answerOf(allowed: boolean | undefined): Answer {
  if (allowed === undefined) return { has: 'unknown', because: 'cannot be told beforehand' };
  return { has: allowed ? 'yes' : 'no' };
}
