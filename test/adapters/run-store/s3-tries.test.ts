import { expect, it } from 'vitest';
import { withTries } from '../../../src/adapters/run-store/s3/tries.ts';

const limits = { pausesMs: [1, 1], tryMs: 30 };

it('a server that never answers is given up after a few tries, each of which is told to stop', async () => {
  const stopped: boolean[] = [];
  const hangs = (signal: AbortSignal): Promise<never> =>
    new Promise((_resolve, reject) => {
      // A timer of AbortSignal.timeout keeps no process alive; this one does.
      const alive = setInterval(() => undefined, 1_000);
      signal.addEventListener('abort', () => {
        clearInterval(alive);
        stopped.push(true);
        reject(new Error('aborted'));
      });
    });
  await expect(withTries('read s3://b/k', hangs, limits)).rejects.toMatchObject({
    code: 'CLIENT_UNREACHABLE',
    message: 'Cannot read s3://b/k: no answer in 0.03 s',
  });
  expect(stopped).toEqual([true, true, true]);
});

it.each([
  { name: 'SlowDown', status: 503, tries: 3 },
  { name: 'InternalError', status: 500, tries: 3 },
  { name: 'ConditionalRequestConflict', status: 409, tries: 3 },
  { name: 'AccessDenied', status: 403, tries: 1 },
  { name: 'PreconditionFailed', status: 412, tries: 1 },
])('$name is tried $tries times', async ({ name, status, tries }) => {
  let tried = 0;
  const fails = (): Promise<never> => {
    tried += 1;
    const answer = { name, $metadata: { httpStatusCode: status } };
    return Promise.reject(Object.assign(new Error(name), answer));
  };
  await expect(withTries('read s3://b/k', fails, limits)).rejects.toMatchObject({
    message: `Cannot read s3://b/k: ${name}`,
  });
  expect(tried).toBe(tries);
});
