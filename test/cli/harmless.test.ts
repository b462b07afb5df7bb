// Texts from elsewhere cannot act on the terminal of who reads them.

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { newFolder, runCli } from './run-cli.ts';

it('what would wipe or rename a terminal is shown as what it is not', async () => {
  const cwd = await newFolder();
  const title = String.raw`"one \e[2J two \e]0;name\a three \e[31mred \x9b1m\r\n four"`;
  const runbook = `apiVersion: drctl.dev/v1
kind: Runbook
metadata: { name: odd, version: 1.0.0 }
phases: [ { id: p, title: ${title}, steps: [ { id: s, action: flow.values, with: { values: {} } } ] } ]
`;
  await writeFile(path.join(cwd, 'odd.yaml'), runbook);
  const { stdout } = await runCli(['plan', 'odd.yaml', '--offline', '--full'], { cwd });
  expect(stdout).toContain('one \ufffd[2J two \ufffd]0;name\ufffd three');
  const rest = stdout.replaceAll('\u001b[31m', '');
  const controls = Array.from(rest).filter((char) => /\p{Cc}/u.test(char));
  expect(new Set(controls)).toEqual(new Set(['\n']));
});
