// Files that follow from the sources must be in step with them.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

it('the schema, the actions’ and the commands’ reference are what the sources say', async () => {
  const script = path.join(root, 'scripts/generate.mjs');
  const checked = await promisify(execFile)(process.execPath, [script, '--check']).catch(
    (error: { stderr: string }) => error,
  );
  expect(checked.stderr).toBe('');
});
