// What is long goes through a pager where somebody sits before a terminal.

import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createOutput } from '../../src/cli/output.ts';
import { pagerOf } from '../../src/cli/pager.ts';
import type { Io } from '../../src/cli/io.ts';
import { createRedactor } from '../../src/engine/index.ts';

type Env = Readonly<Record<string, string>>;

function terminal(env: Env, written: string[] = [], isTerminal = true): Io {
  const screen = { write: (text: string) => void written.push(text), isTerminal, columns: 80 };
  return {
    stdout: screen,
    stderr: screen,
    stdin: Object.assign(new PassThrough(), { isTTY: isTerminal }),
    env: { NO_COLOR: '1', ...env },
    cwd: '/',
    maskWith: () => undefined,
    onSignal: () => () => undefined,
  };
}

it.each<[Env, readonly string[] | undefined]>([
  [{}, ['less', '-FRX']],
  [{ PAGER: 'more' }, ['more']],
  [{ PAGER: 'more', DRCTL_PAGER: ' less  -S $(touch x) ' }, ['less', '-S', '$(touch', 'x)']],
  [{ PAGER: 'cat' }, undefined],
  [{ DRCTL_PAGER: '' }, undefined],
  [{ CI: 'true' }, undefined],
])('is named by the environment, word by word, without a shell: %j', (env, command) => {
  expect(pagerOf(terminal(env))).toEqual(command);
  expect(pagerOf(terminal(env, [], false))).toBeUndefined();
});

it('gets the text masked; the text is printed where it is not wanted or does not start', async () => {
  const written: string[] = [];
  const paged: unknown[] = [];
  let starts = true;
  const io: Io = {
    ...terminal({}, written),
    page: async (command, text) => {
      paged.push({ command, text });
      return starts;
    },
  };
  const output = createOutput(io, {});
  output.useRedactor(createRedactor(['a long secret']));
  await output.longResult(['one', 'a long secret'], true);
  expect(paged).toEqual([{ command: ['less', '-FRX'], text: 'one\n(sensitive)\n' }]);
  expect(written).toEqual([]);
  await output.longResult(['two'], false);
  starts = false;
  await output.longResult(['three'], true);
  expect(written).toEqual(['two\n', 'three\n']);
});
