// A real Chromium for tests of pages, driven over its own protocol
// (https://chromedevtools.github.io/devtools-protocol/) by the WebSocket library that is here anyway: what a driver
// library would bring beside it is sixty packages.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { WebSocket } from 'ws';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const START_MS = 60_000;
const CALL_MS = 60_000;

/** undefined: not here, and the tests that need it are skipped; in CI that is a failure. */
export const browserProgram: string | undefined = findBrowser();

function findBrowser(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const found = names
    .flatMap((name) => folders.map((folder) => path.join(folder, name)))
    .find(isProgram);
  if (found === undefined && process.env['CI'] !== undefined && process.env['CI'] !== '') {
    throw new Error(`No browser is on the PATH (${names.join(', ')}): apt-get install chromium`);
  }
  return found;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface Page {
  /** What the page, or the browser about it, complained of. */
  readonly complaints: readonly string[];
  /** Addresses that it asked for, its own aside. */
  readonly requests: readonly string[];
  open(file: string): Promise<void>;
  /** The value of an expression in the page; promises are waited for. */
  look<T>(expression: string): Promise<T>;
  /** "Tab", "Enter". */
  press(key: string): Promise<void>;
  click(selector: string): Promise<void>;
  /** In CSS pixels. */
  resize(width: number, height: number): Promise<void>;
  media(features: {
    readonly scheme?: 'light' | 'dark';
    readonly type?: 'print' | 'screen';
  }): Promise<void>;
  /** PNG. */
  screenshot(): Promise<Buffer>;
  pdf(): Promise<Buffer>;
  /** Violations that axe-core finds (WCAG 2.2 A and AA, and its best practices), in words. */
  barriers(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export async function openBrowser(): Promise<Page> {
  if (browserProgram === undefined) throw new Error('There is no browser here');
  const profile = await mkdtemp(path.join(tmpdir(), 'drctl-browser-'));
  const child = spawn(
    browserProgram,
    [
      '--headless=new',
      // Tests run as root in containers, where the sandbox cannot be made. The page is drctl's own.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  const end = async (): Promise<void> => {
    await ended(child);
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const address = new URL(await listening(child));
    const list = await fetch(`http://${address.host}/json/list`);
    const targets = (await list.json()) as readonly {
      type: string;
      webSocketDebuggerUrl: string;
    }[];
    const target = targets.find(({ type }) => type === 'page');
    if (target === undefined) throw new Error('The browser has no page');
    return await pageOf(target.webSocketDebuggerUrl, end);
  } catch (error) {
    await end();
    throw error;
  }
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const limit = setTimeout(() => reject(new Error(`No browser: ${said}`)), START_MS);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const address = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
      if (address === undefined) return;
      clearTimeout(limit);
      resolve(address);
    });
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`The browser ended: ${said}`)));
  });
}

/** With everything that it started: it leads a group of its own. */
function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.pid === undefined || child.exitCode !== null) return resolve();
    child.on('exit', () => resolve());
    process.kill(-child.pid, 'SIGKILL');
  });
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

async function pageOf(address: string, end: () => Promise<void>): Promise<Page> {
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  const waiting = new Map<number, (message: Message) => void>();
  const heard: ((message: Message) => void)[] = [];
  const complaints: string[] = [];
  const requests: string[] = [];
  let own = '';
  let last = 0;
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString('utf8')) as Message;
    if (message.id !== undefined) waiting.get(message.id)?.(message);
    for (const hear of heard) hear(message);
    const complaint = complaintOf(message);
    if (complaint !== undefined) complaints.push(complaint);
    if (message.method === 'Network.requestWillBeSent' && message.params !== undefined) {
      const { url } = (message.params['request'] ?? {}) as { readonly url?: string };
      if (url !== undefined && url !== own) requests.push(url);
    }
  });
  const call = (method: string, params: object = {}): Promise<Record<string, unknown>> =>
    new Promise((resolve, reject) => {
      last += 1;
      const id = last;
      const limit = setTimeout(() => reject(new Error(`${method} does not end`)), CALL_MS);
      waiting.set(id, ({ result = {}, error }) => {
        clearTimeout(limit);
        waiting.delete(id);
        if (error === undefined) resolve(result);
        else reject(new Error(`${method}: ${error.message}`));
      });
      socket.send(JSON.stringify({ id, method, params }));
    });
  const look = async <T>(expression: string): Promise<T> => {
    const options = { expression, returnByValue: true, awaitPromise: true };
    const { result, exceptionDetails } = await call('Runtime.evaluate', options);
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { readonly value: T }).value;
  };
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await call(`${domain}.enable`);
  return {
    complaints,
    requests,
    look,
    async open(file) {
      own = pathToFileURL(file).href;
      const loaded = new Promise<void>((resolve) => {
        heard.push(({ method }) => {
          if (method === 'Page.loadEventFired') resolve();
        });
      });
      await call('Page.navigate', { url: own });
      await loaded;
    },
    async press(key) {
      const text = key === 'Enter' ? { text: '\r' } : {};
      const code = key === 'Enter' ? 13 : 9;
      const event = { key, code: key, windowsVirtualKeyCode: code, ...text };
      await call('Input.dispatchKeyEvent', { type: 'keyDown', ...event });
      await call('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
    },
    async click(selector) {
      const { x, y } = await look<{ x: number; y: number }>(
        `(() => { const one = document.querySelector(${JSON.stringify(selector)}); one.scrollIntoView({ block: 'center' });
          const box = one.getBoundingClientRect(); return { x: box.x + 10, y: box.y + box.height / 2 } })()`,
      );
      const event = { x, y, button: 'left', clickCount: 1 };
      await call('Input.dispatchMouseEvent', { type: 'mousePressed', ...event });
      await call('Input.dispatchMouseEvent', { type: 'mouseReleased', ...event });
    },
    async resize(width, height) {
      const options = { width, height, deviceScaleFactor: 1, mobile: false };
      await call('Emulation.setDeviceMetricsOverride', options);
    },
    async media({ scheme = 'light', type = 'screen' }) {
      const features = [{ name: 'prefers-color-scheme', value: scheme }];
      await call('Emulation.setEmulatedMedia', { media: type, features });
    },
    async screenshot() {
      const { data } = await call('Page.captureScreenshot', { format: 'png' });
      return Buffer.from(String(data), 'base64');
    },
    async pdf() {
      const { data } = await call('Page.printToPDF', { printBackground: false });
      return Buffer.from(String(data), 'base64');
    },
    async barriers() {
      await look(`${axe.source}; undefined`);
      return look<readonly string[]>(
        `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
          violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => id + ': ' + help + ': ' + html)))`,
      );
    },
    async close() {
      socket.terminate();
      await end();
    },
  };
}

function complaintOf({ method, params = {} }: Message): string | undefined {
  if (method === 'Runtime.exceptionThrown') return JSON.stringify(params['exceptionDetails']);
  if (method === 'Runtime.consoleAPICalled') return JSON.stringify(params['args']);
  if (method !== 'Log.entryAdded') return undefined;
  return (params['entry'] as { readonly text: string }).text;
}
