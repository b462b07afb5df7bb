// Loaded into the built drctl with "node --import": sends this very process a signal at one exact record of the journal,
// right after the record is on the disk and before anything is done on the strength of it. A watcher from outside comes
// a moment too late on a busy machine; here there is no moment between.
//
// DRCTL_TEST_DIE: {"signal": "SIGKILL", "step": "snapshot"}   the first record of that step (or an instance of it)
//                 {"signal": "SIGKILL", "step": "snapshot", "type": "step.succeeded"}   the first of that type
//                 {"signal": "SIGKILL", "append": 7}          the seventh append of this process
//
// A record is on the disk when a journal file was synced, and in S3 when the PUT of a segment was answered.
import { open } from 'node:fs/promises';
import { ClientRequest } from 'node:http';

const { signal, step, type, append } = JSON.parse(process.env.DRCTL_TEST_DIE);

const handle = await open('/dev/null');
const methods = Object.getPrototypeOf(handle);
await handle.close();

const { appendFile, datasync } = methods;
const written = new WeakMap();
let appends = 0;
let isSent = false;

methods.appendFile = async function (data, ...rest) {
  written.set(this, (written.get(this) ?? '') + String(data));
  return appendFile.call(this, data, ...rest);
};

methods.datasync = async function () {
  await datasync.call(this);
  const text = written.get(this) ?? '';
  written.delete(this);
  lookAt(text);
};

const { write, end } = ClientRequest.prototype;
const segments = new WeakMap();

function note(request, chunk) {
  if (request.method !== 'PUT' || !/\/journal\/\d{12}\.ndjson\b/.test(request.path)) return;
  if (!segments.has(request)) {
    // Before the SDK's own listener, so before anything is done on the strength of the answer.
    request.prependOnceListener('response', ({ statusCode }) => {
      if (statusCode === 200) lookAt(segments.get(request));
    });
  }
  const isContent = typeof chunk === 'string' || chunk instanceof Uint8Array;
  const text = isContent ? Buffer.from(chunk).toString('utf8') : '';
  segments.set(request, (segments.get(request) ?? '') + text);
}

ClientRequest.prototype.write = function (chunk, ...rest) {
  note(this, chunk);
  return write.call(this, chunk, ...rest);
};

ClientRequest.prototype.end = function (chunk, ...rest) {
  note(this, chunk);
  return end.call(this, chunk, ...rest);
};

function lookAt(text) {
  const events = text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line).event);
  for (const event of events) {
    if (event === undefined || isSent) continue;
    appends += 1;
    if (isWanted(event)) {
      isSent = true;
      process.kill(process.pid, signal);
    }
  }
}

function isWanted(event) {
  if (append !== undefined) return appends === append;
  if (type !== undefined && event.type !== type) return false;
  return event.step === step || String(event.step).startsWith(`${step}[`);
}
