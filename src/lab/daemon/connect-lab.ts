// Talks to a lab that runs in another process, by way of the files in its folder.

import { request as httpRequest } from 'node:http';
import {
  LabError,
  type ConnectedLab,
  type LabReport,
  type LabStatus,
  type Violation,
} from '../lab-types.ts';
import { isAlive, readState, readToken } from './state-files.ts';

const ANSWER_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 15_000;
const STOP_POLL_MS = 50;

/** Throws LabError when no lab runs in that folder, or only the files of a dead one are left. */
export async function connectLab(dir: string): Promise<ConnectedLab> {
  const state = await readState(dir);
  const token = await readToken(dir);
  if (state === undefined || token === undefined) {
    throw new LabError(`No lab is running in ${dir}`, 'Start one with "drctl lab up"');
  }
  if (!isAlive(state.pid)) {
    throw new LabError(
      `The lab in ${dir} is gone: its process ${state.pid} ended without stopping in order`,
      'Start a new one with "drctl lab up"; it takes the folder over',
    );
  }
  const call = (method: string, path: string): Promise<unknown> =>
    ask({ port: state.controlPort, token, method, path, dir });
  return {
    status: async () => (await call('GET', '/status')) as LabStatus,
    check: async (options) =>
      (await call('GET', `/check?expect=${options?.expect ?? 'migrated'}`)) as LabReport,
    violations: async () => (await call('GET', '/violations')) as readonly Violation[],
    fail: async (side) => {
      await call('POST', `/fail?side=${side}`);
    },
    async down() {
      await call('POST', '/down');
      await waitUntilGone(state.pid, dir);
    },
  };
}

async function waitUntilGone(pid: number, dir: string): Promise<void> {
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  // A lab in our own process is gone when its marker is.
  while (Date.now() < deadline) {
    if (!isAlive(pid) || (await readState(dir)) === undefined) return;
    await new Promise((resolve) => setTimeout(resolve, STOP_POLL_MS));
  }
  throw new LabError(
    `The lab (process ${pid}) did not stop within ${STOP_TIMEOUT_MS / 1000} s`,
    'Look at its log in the folder, and end that process',
  );
}

interface Ask {
  readonly port: number;
  readonly token: string;
  readonly method: string;
  readonly path: string;
  readonly dir: string;
}

function ask(options: Ask): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (because: string, cause?: Error): void => {
      reject(
        new LabError(
          `The lab in ${options.dir} does not answer: ${because}`,
          'Stop it with "drctl lab down" and start it again',
          { cause },
        ),
      );
    };
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port: options.port,
        method: options.method,
        path: options.path,
        timeout: ANSWER_TIMEOUT_MS,
        headers: { authorization: `Bearer ${options.token}` },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if ((response.statusCode ?? 0) >= 400) fail(text);
          else resolve(JSON.parse(text));
        });
        response.on('error', (error) => fail(error.message, error));
      },
    );
    request.on('timeout', () => request.destroy(new Error('no answer in time')));
    request.on('error', (error) => fail(error.message, error));
    request.end();
  });
}
