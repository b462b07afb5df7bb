// How long a move keeps the hosted API away in a lab that takes as long as in earnest, and what drctl itself adds to what
// has to be waited for. A round takes about five minutes, most of it waiting, so one is made.

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from '../measure/command.ts';
import type { Line } from '../report/line.ts';
import type { BenchContext, Suite } from '../suite.ts';

/** What is used here of "drctl report --json". */
interface Report {
  readonly outages: readonly {
    readonly tookMs: number;
    readonly waitMs: number;
    readonly ownMs: number;
    readonly links: readonly {
      readonly id: string;
      readonly tookMs: number;
      readonly ownMs: number;
    }[];
  }[];
}

const runbook = 'runbooks/aws-same-region.yaml';

export const downtime: Suite = {
  name: 'downtime',
  async measure(context) {
    const short = await move(context, 'short');
    const real = await move(context, 'real');
    return [
      line('the hosted API is away, short intervals', short.tookMs),
      line('the hosted API is away, real intervals', real.tookMs),
      line('the longest chain of waits, real intervals', real.waitMs),
      {
        ...line('drctl’s own share beside the waits, real intervals', real.ownMs),
        peer: 'waits',
        theirs: real.waitMs / 1_000,
        limit: { of: 'ratio', atMost: 0.05 },
      },
    ];
  },
};

function line(name: string, ms: number): Line {
  return { suite: 'downtime', name, unit: 's', ours: ms / 1_000, rounds: 1 };
}

async function move(context: BenchContext, intervals: 'short' | 'real') {
  const { drctl, root, folder, tell } = context;
  const cwd = path.join(folder, intervals);
  await mkdir(cwd);
  const run = async (...args: readonly string[]) => runCommand([...drctl, ...args], { cwd });
  tell(`a move with ${intervals} intervals`);
  await run('lab', 'up', '--intervals', intervals);
  try {
    const env = path.join(cwd, '.drctl/lab/lab.env');
    await run('apply', path.join(root, runbook), '-e', env, '--auto-approve');
    await run('lab', 'check');
    const { stdout } = await run('report', '--json');
    const [outage] = (JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Report).outages;
    if (outage === undefined) throw new Error('the report has no outage');
    for (const { id, tookMs, ownMs } of outage.links.filter(({ tookMs: ms }) => ms >= 100)) {
      tell(
        `  ${id}: ${(tookMs / 1_000).toFixed(1)} s, of which drctl ${(ownMs / 1_000).toFixed(1)} s`,
      );
    }
    return outage;
  } finally {
    await run('lab', 'down');
  }
}
