// Makes the system calls of this process fail below one folder: the n-th of them, or all from the n-th on, as a disk
// does that is full, read-only or broken. A write that fails has written half of its bytes before.

import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import fsPromises from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';

export interface Fault {
  readonly errno: 'ENOSPC' | 'EDQUOT' | 'EIO' | 'EROFS';
  /** Counts from 1, from `arm` on. */
  readonly call: number;
  /** All calls from there on fail, or this one only. Reads succeed on a disk that is full or read-only. */
  readonly sticks: boolean;
}

const changing = new Set(['mkdir', 'rename', 'link', 'rm']);
const looking = new Set(['readFile', 'readdir', 'stat', 'lstat']);
const handleWrites = new Set(['writeFile', 'appendFile', 'write']);
const handleOthers = new Set(['sync', 'datasync', 'read']);

type Call = (this: unknown, ...args: unknown[]) => Promise<unknown>;
type Calls = Record<string, Call>;

export interface FailingCalls {
  arm(fault: Fault): void;
  /** The disk is well again. */
  heal(): void;
  /** Calls since `arm` or `heal`. */
  readonly calls: number;
  readonly failed: number;
  /** Ends it for good. */
  restore(): void;
}

/** `root`: nothing outside of it is touched. */
export async function failingCalls(root: string): Promise<FailingCalls> {
  let fault: Fault | undefined;
  let calls = 0;
  let failed = 0;
  const handles = new WeakSet<object>();
  const undo: (() => void)[] = [];

  function fails(isWrite: boolean): NodeJS.ErrnoException | undefined {
    calls += 1;
    if (fault === undefined || calls < fault.call) return undefined;
    if (calls > fault.call && !fault.sticks) return undefined;
    if (fault.errno !== 'EIO' && !isWrite) return undefined;
    failed += 1;
    const { errno } = fault;
    return Object.assign(new Error(`${errno}: made to fail`), { code: errno });
  }

  function wrap(of: Calls, name: string, around: (call: Call) => Call): void {
    const original = of[name];
    if (original === undefined) throw new Error(`There is no ${name}`);
    of[name] = around(original);
    undo.push(() => (of[name] = original));
  }

  const isBelow = (path: unknown): boolean => String(path).startsWith(root);
  const named = fsPromises as unknown as Calls;
  for (const name of [...changing, ...looking]) {
    wrap(named, name, (call) => {
      return async function (this: unknown, ...args) {
        const error = isBelow(args[0]) ? fails(changing.has(name)) : undefined;
        if (error !== undefined) throw error;
        return call.apply(this, args);
      };
    });
  }
  wrap(named, 'open', (call) => {
    return async function (this: unknown, ...args) {
      const isWrite = typeof args[1] === 'string' && args[1] !== 'r';
      const error = isBelow(args[0]) ? fails(isWrite) : undefined;
      if (error !== undefined) throw error;
      const handle = (await call.apply(this, args)) as FileHandle;
      if (!isBelow(args[0])) return handle;
      handles.add(handle);
      // Of the handle itself, not of its kind.
      const close = handle.close.bind(handle);
      handle.close = async () => {
        const refused = fails(true);
        await close();
        if (refused !== undefined) throw refused;
      };
      return handle;
    };
  });
  const probe: FileHandle = await fsPromises.open('/dev/null');
  const methods = Object.getPrototypeOf(probe) as Calls;
  await probe.close();
  for (const name of [...handleWrites, ...handleOthers]) {
    wrap(methods, name, (call) => {
      return async function (this: unknown, ...args) {
        const error = handles.has(this as object) ? fails(name !== 'read') : undefined;
        if (error === undefined) return call.apply(this, args);
        if (handleWrites.has(name)) await call.call(this, half(args[0]));
        throw error;
      };
    });
  }
  const streams = fs as unknown as {
    createReadStream: (path: string, options?: object) => unknown;
  };
  const { createReadStream } = streams;
  streams.createReadStream = (path, options) => {
    const error = isBelow(path) ? fails(false) : undefined;
    if (error === undefined) return createReadStream(path, options);
    return new Readable({
      read: (): never => {
        throw error;
      },
    });
  };
  undo.push(() => (streams.createReadStream = createReadStream));
  syncBuiltinESMExports();

  return {
    arm(next) {
      fault = next;
      calls = 0;
      failed = 0;
    },
    heal() {
      fault = undefined;
      calls = 0;
    },
    get calls() {
      return calls;
    },
    get failed() {
      return failed;
    },
    restore() {
      for (const one of undo) one();
      syncBuiltinESMExports();
    },
  };
}

function half(data: unknown): unknown {
  const bytes = Buffer.from(data as string | Uint8Array);
  return bytes.subarray(0, Math.floor(bytes.byteLength / 2));
}
