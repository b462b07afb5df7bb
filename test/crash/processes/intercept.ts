// Lays the moments into Node itself: HTTP requests, journal records, changes of files, the pid. Code that runs in no
// simulated process is left alone. Nothing of the product knows of it.

import fs from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import http from 'node:http';
import type { ClientRequest, RequestOptions } from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import { Duplex } from 'node:stream';
import type { Moment } from './moments.ts';
import { nameOfCall, nameOfEvent, nameOfFile } from './names.ts';
import { currentProcess, never } from './simulated-process.ts';
import type { SimulatedProcess } from './simulated-process.ts';

type Request = (...args: unknown[]) => ClientRequest;
type Changing = (this: unknown, ...args: unknown[]) => Promise<unknown>;

/** Files that the process itself has made: their paths. */
const newFiles = new WeakMap<FileHandle, string>();

let isInstalled = false;

/** Once in a process of tests; stays. */
export async function interceptProcess(): Promise<void> {
  if (isInstalled) return;
  isInstalled = true;
  interceptRequests(http as unknown as { request: Request });
  interceptRequests(https as unknown as { request: Request });
  for (const name of ['mkdir', 'rename', 'rm', 'link', 'writeFile'] as const) interceptChange(name);
  interceptOpen();
  await interceptHandles();
  interceptPid();
  syncBuiltinESMExports();
}

function interceptRequests(module: { request: Request }): void {
  const original = module.request;
  module.request = (...args) => {
    const owner = currentProcess();
    if (owner === undefined) return original(...args);
    const call = nameOfCall(optionsOf(args));
    const before: Moment = { ...call, when: 'before' };
    if (owner.reached(before)) return mute();
    const request = original(...args);
    return owner.sent(request, call.of === 'write' ? { ...call, when: 'after' } : undefined);
  };

  /** A request that is never sent and never answered. */
  function mute(): ClientRequest {
    const silent = new Duplex({ read: () => undefined, write: () => undefined });
    return original({ host: '127.0.0.1', agent: false, createConnection: () => silent });
  }
}

function optionsOf(args: readonly unknown[]): { readonly method: string; readonly path: string } {
  const url = args.find((arg) => arg instanceof URL);
  const options = args.find(
    (arg) => typeof arg === 'object' && arg !== null && !(arg instanceof URL),
  ) as RequestOptions | undefined;
  const path = url === undefined ? (options?.path ?? '/') : url.pathname + url.search;
  const upgrade = options?.headers as Record<string, unknown> | undefined;
  const isUpgrade = upgrade?.['Upgrade'] !== undefined || upgrade?.['upgrade'] !== undefined;
  return { method: isUpgrade ? 'EXEC' : (options?.method ?? 'GET'), path };
}

function interceptChange(name: 'mkdir' | 'rename' | 'rm' | 'link' | 'writeFile'): void {
  const original = fs[name] as unknown as Changing;
  const guarded: Changing = async (...args) => {
    const owner = currentProcess();
    if (owner === undefined) return original(...args);
    // The content of a file is no path.
    const paths = args.slice(0, name === 'writeFile' ? 1 : 2).filter(isText);
    // A folder more or less is nothing that anybody sees.
    const moment =
      name === 'mkdir' ? undefined : fileMoment(`${name} ${paths.map(nameOfFile).join(' ')}`);
    if (moment !== undefined && owner.reached(moment)) return never();
    return owner.change(() => original(...args));
  };
  (fs as unknown as Record<string, Changing>)[name] = guarded;
}

const isText = (arg: unknown): arg is string => typeof arg === 'string';

const fileMoment = (what: string): Moment => ({ of: 'file', what, when: 'before' });

function interceptOpen(): void {
  const original = fs.open as (...args: unknown[]) => Promise<FileHandle>;
  const guarded = async (...args: unknown[]): Promise<FileHandle> => {
    const owner = currentProcess();
    if (owner === undefined) return original(...args);
    const [path, flags] = args;
    const isNew = flags === 'wx';
    if (isNew && owner.reached(fileMoment(`create ${nameOfFile(String(path))}`))) return never();
    return owner.change(async () => {
      const handle = await original(...args);
      const close = handle.close.bind(handle);
      handle.close = () => {
        owner.closed(handle);
        return close();
      };
      if (isNew) newFiles.set(handle, String(path));
      owner.opened(handle);
      return handle;
    });
  };
  (fs as unknown as Record<string, unknown>)['open'] = guarded;
}

async function interceptHandles(): Promise<void> {
  const handle = await fs.open('/dev/null');
  const methods = Object.getPrototypeOf(handle) as Record<string, Changing>;
  await handle.close();
  const { appendFile, writeFile, datasync, sync } = methods;
  if (!appendFile || !writeFile || !datasync || !sync) {
    throw new Error('A file handle has other methods than this was written for');
  }
  methods['appendFile'] = async function (data, ...rest) {
    const owner = currentProcess();
    if (owner === undefined) return appendFile.call(this, data, ...rest);
    const kept = keptLines(owner, String(data));
    if (kept === undefined) return owner.change(() => appendFile.call(this, data, ...rest));
    // The records that reached the disk before the end.
    if (kept !== '') owner.lastWords(appendFile.call(this, kept));
    return never();
  };
  methods['writeFile'] = async function (data, ...rest) {
    const owner = currentProcess();
    if (owner === undefined) return writeFile.call(this, data, ...rest);
    const path = newFiles.get(this as FileHandle);
    if (path !== undefined && owner.reached(fileMoment(`write ${nameOfFile(path)}`))) {
      return never();
    }
    return owner.change(() => writeFile.call(this, data, ...rest));
  };
  for (const [name, original] of Object.entries({ datasync, sync })) {
    methods[name] = async function (...args) {
      const owner = currentProcess();
      if (owner === undefined) return original.call(this, ...args);
      return owner.change(() => original.call(this, ...args));
    };
  }
}

/** undefined: it lives on. Else what of a batch of records is written before the end. */
function keptLines(owner: SimulatedProcess, text: string): string | undefined {
  if (owner.isDead) return '';
  let kept = '';
  for (const line of text.split(/(?<=\n)/)) {
    const what = nameOfEvent(line);
    if (owner.reached({ of: 'append', what, when: 'before' })) return kept;
    kept += line;
    if (owner.reached({ of: 'append', what, when: 'after' })) return kept;
  }
  return undefined;
}

function interceptPid(): void {
  const own = process.pid;
  Object.defineProperty(process, 'pid', {
    configurable: true,
    enumerable: true,
    get: () => currentProcess()?.pid ?? own,
  });
}
