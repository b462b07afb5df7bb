// The lab's own log file, for whoever wonders why a rehearsal hangs. It stops growing rather than filling a disk.

import { createWriteStream } from 'node:fs';

const MAX_LINES = 20_000;

export interface LabLog {
  write(message: string): void;
  close(): void;
}

export function openLabLog(path: string): LabLog {
  const stream = createWriteStream(path, { flags: 'w', mode: 0o600 });
  // A log that cannot be written must not end the lab.
  stream.on('error', () => undefined);
  let lines = 0;
  let last = '';
  return {
    write(message) {
      if (message === last || lines >= MAX_LINES) return;
      last = message;
      lines += 1;
      stream.write(`${new Date().toISOString()} ${message}\n`);
    },
    close: () => stream.end(),
  };
}
