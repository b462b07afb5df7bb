/*
 * The smallest Kubernetes client there can be: HTTPS requests and watches, nothing interpreted, so that the
 * tests see exactly what the server sends.
 */
import { Agent, request as httpsRequest } from 'node:https';
import { createInterface } from 'node:readline';

/** How to reach a server. */
export interface Connection {
  readonly baseUrl: string;
  readonly token: string;
  readonly ca: string;
}

/** An answer; `body` is parsed JSON, or text when it is none. */
export interface Answer {
  readonly code: number;
  readonly contentType: string;
  // Tests read into answers of every shape.
  readonly body: Body;
}

export interface Body {
  readonly [field: string]: Body;
}

export interface Call {
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
}

/** One event of a watch. */
export interface Event {
  readonly type: string;
  readonly object: Body;
}

export const merge = 'application/merge-patch+json';
export const json = 'application/json-patch+json';
export const strategic = 'application/strategic-merge-patch+json';
export const apply = 'application/apply-patch+yaml';

/** Requests against one server. `close` frees its connections. */
export interface Rest {
  call(method: string, path: string, options?: Call): Promise<Answer>;
  /** The events of a watch until `enough` says so, or the server ends it. */
  watch(
    path: string,
    enough: (events: readonly Event[]) => boolean,
    accept?: string,
  ): Promise<readonly Event[]>;
  close(): void;
}

export function rest(connection: Connection): Rest {
  const agent = new Agent({ keepAlive: true, ca: connection.ca });
  const headers = { authorization: `Bearer ${connection.token}`, 'user-agent': 'suite/1' };
  const at = (path: string): URL => new URL(connection.baseUrl + path);
  return {
    call: async (method, path, { body, contentType, accept } = {}) => {
      const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
      return new Promise<Answer>((resolve, reject) => {
        const request = httpsRequest(
          at(path),
          {
            method,
            agent,
            headers: {
              ...headers,
              accept: accept ?? 'application/json',
              ...(text === undefined
                ? {}
                : {
                    'content-type': contentType ?? 'application/json',
                    'content-length': Buffer.byteLength(text),
                  }),
            },
          },
          (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.on('end', () =>
              resolve({
                code: response.statusCode ?? 0,
                contentType: response.headers['content-type'] ?? '',
                body: parsed(Buffer.concat(chunks).toString('utf8')),
              }),
            );
            response.on('error', reject);
          },
        );
        request.on('error', reject);
        request.end(text);
      });
    },
    watch: async (path, enough, accept = 'application/json') =>
      new Promise<readonly Event[]>((resolve, reject) => {
        const events: Event[] = [];
        const request = httpsRequest(
          at(path),
          { agent, headers: { ...headers, accept } },
          (response) => {
            const lines = createInterface({ input: response });
            lines.on('line', (line) => {
              events.push(JSON.parse(line) as Event);
              if (enough(events)) {
                lines.close();
                request.destroy();
                resolve(events);
              }
            });
            lines.on('close', () => resolve(events));
          },
        );
        request.on('error', (error) => (events.length > 0 ? resolve(events) : reject(error)));
        request.end();
      }),
    close: () => agent.destroy(),
  };
}

function parsed(text: string): Body {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return text as unknown as Body;
  }
}
