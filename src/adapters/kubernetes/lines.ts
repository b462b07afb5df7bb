// A byte stream cut into lines, without ever holding more than one line of bounded length.

import { DrctlError } from '../../engine/index.ts';
import { MAX_WATCH_LINE_BYTES } from './settings.ts';

/** Empty lines are left out; a last line without its end is dropped: it was cut. */
export async function* readLines(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      parts.push(chunk.subarray(start, end));
      const line = Buffer.concat(parts).toString('utf8').trim();
      parts = [];
      size = 0;
      start = end + 1;
      if (line !== '') yield line;
    }
    parts.push(chunk.subarray(start));
    size += chunk.length - start;
    if (size > MAX_WATCH_LINE_BYTES) {
      throw new DrctlError(
        'CLIENT_INVALID',
        `A watch event is larger than ${MAX_WATCH_LINE_BYTES} bytes`,
      );
    }
  }
}
