// The lab's own loopback endpoint: status, check, violations, down. Only who can read the token file gets in.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { expectations } from '../lab-types.ts';
import type { Expectation, FailingSide, LabReport, LabStatus, Violation } from '../lab-types.ts';
import { listenOn } from './listen.ts';

export interface ControlledLab {
  status(): Promise<LabStatus>;
  check(options?: { readonly expect?: Expectation }): Promise<LabReport>;
  violations(): readonly Violation[];
  fail(side: FailingSide): Promise<void>;
  /** Called after the answer was sent. */
  requestDown(): void;
}

export interface ControlServer {
  readonly port: number;
  close(): Promise<void>;
}

export async function startControlServer(
  lab: ControlledLab,
  options: { readonly port: number; readonly token: string },
): Promise<ControlServer> {
  const server = createServer((request, response) => {
    void answer(lab, options.token, request, response);
  });
  await listenOn(server, options.port, "the lab's control endpoint");
  return {
    port: (server.address() as AddressInfo).port,
    close: () => closeServer(server),
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}

async function answer(
  lab: ControlledLab,
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    if (!isAllowed(request, token)) {
      reply(response, 401, { error: 'the token of the control.token file is needed' });
      return;
    }
    await route(lab, request, response);
  } catch (error) {
    reply(response, 500, { error: error instanceof Error ? error.message : String(error) });
  }
}

async function route(
  lab: ControlledLab,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://lab');
  switch (`${request.method ?? ''} ${url.pathname}`) {
    case 'GET /status':
      reply(response, 200, await lab.status());
      return;
    case 'GET /violations':
      reply(response, 200, lab.violations());
      return;
    case 'GET /check': {
      const asked = url.searchParams.get('expect') ?? 'migrated';
      const expect = expectations.find((entry) => entry === asked);
      if (expect === undefined) {
        reply(response, 400, { error: `"${asked}" is none of ${expectations.join(', ')}` });
        return;
      }
      reply(response, 200, await lab.check({ expect }));
      return;
    }
    case 'POST /fail': {
      const side = url.searchParams.get('side');
      if (side !== 'source' && side !== 'destination') {
        reply(response, 400, { error: 'side must be source or destination' });
        return;
      }
      await lab.fail(side);
      reply(response, 200, { failed: side });
      return;
    }
    case 'POST /down':
      response.on('finish', () => lab.requestDown());
      reply(response, 202, { stopping: true });
      return;
    default:
      reply(response, 404, { error: `no such path: ${url.pathname}` });
  }
}

function isAllowed(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify(body));
}
