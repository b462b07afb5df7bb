// Names of moments that are the same in every run: without the run's id, and without what is drawn by chance.

import path from 'node:path';
import type { Moment } from './moments.ts';

/** Questions with a body, or a write that the server only tries. STS, which is asked who we are, has the path "/". */
const asks = /selfsubject|tokenreviews|[?&]dryRun=All/;
/** Commands in a container that only look. */
const looks = /[?&]command=(stat|df|cat|timeout)&|command=endpoint/;

export function nameOfCall(call: {
  readonly method: string;
  readonly path: string;
}): Pick<Moment, 'of' | 'what'> {
  const { method, path: target } = call;
  const [place = '', query = ''] = target.split('?');
  const kept = [...new URLSearchParams(query)].filter(([name]) =>
    ['uploads', 'partNumber', 'delete', 'watch', 'dryRun', 'command', 'list-type'].includes(name),
  );
  const shown = kept.map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join(' ');
  const isRead =
    method === 'GET' ||
    method === 'HEAD' ||
    target === '/' ||
    asks.test(target) ||
    looks.test(target);
  return {
    of: isRead ? 'read' : 'write',
    what: plain(`${method} ${decodeURIComponent(place)} ${shown}`.trim()),
  };
}

/** A line of the journal. */
export function nameOfEvent(line: string): string {
  const { event } = JSON.parse(line) as { event: { type: string; step?: string; phase?: string } };
  return [event.type, event.step ?? event.phase].filter((part) => part !== undefined).join(' ');
}

export function nameOfFile(file: string): string {
  return plain(path.basename(file));
}

export function plain(text: string): string {
  return (
    text
      .replaceAll(/\d{8}-\d{6}-[a-z0-9-]+-[a-z0-9]{4}\b/g, 'RUN')
      .replaceAll(/(\/pods\/[a-z0-9-]+)-[0-9a-z]{5}$/g, '$1-POD')
      .replaceAll(/\bZ?world\d+\b/gi, 'NAME')
      // Of this machine and this process, see nameUnborn.
      .replaceAll(/\.new-[0-9a-f]{8}-\d+-[0-9a-f]+/g, '.new-RANDOM')
      .replaceAll(/\b[0-9a-f]{12,}\b/g, 'RANDOM')
  );
}
