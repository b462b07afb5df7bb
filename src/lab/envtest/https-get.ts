// One GET over TLS, for asking a server that is starting whether it is ready yet.

import { request } from 'node:https';

const LIMIT_MS = 2_000;

export interface GetOptions {
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  readonly client?: { readonly cert: string; readonly key: string };
  readonly token?: string;
}

/** The HTTP status. Rejects when there is no answer. */
export function statusOf({ url, ca, client, token }: GetOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        ca,
        ...client,
        agent: false,
        timeout: LIMIT_MS,
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.on('error', reject);
    sent.end();
  });
}
