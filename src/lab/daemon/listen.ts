// Listening on loopback, with an error that says which of the lab's ports is taken.

import type { Server } from 'node:net';
import { LabError } from '../lab-types.ts';

export function listenOn(server: Server, port: number, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      reject(
        error.code === 'EADDRINUSE'
          ? new LabError(
              `Port ${port} for ${what} is taken`,
              'Leave the port out to get any free one',
              {
                cause: error,
              },
            )
          : new LabError(
              `${what} cannot listen on port ${port}: ${error.message}`,
              'Choose another port',
              {
                cause: error,
              },
            ),
      );
    };
    server.once('error', onError);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', onError);
      resolve();
    });
  });
}
