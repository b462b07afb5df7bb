/*
 * What the server asks of the lab to run a command in a container.
 */

/** What a client wants to run, where. */
export interface ExecRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
  readonly user: string;
}

/** A command's streams. `stdout` and `stderr` resolve when the client has taken the bytes. */
export interface ExecStreams {
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
  stdout(chunk: Uint8Array): Promise<void>;
  stderr(chunk: Uint8Array): Promise<void>;
}

/**
 * Runs commands for the server. Resolves with the exit code. Rejecting with a NoSuchContainerError before
 * the first await of a stream is answered with HTTP 400; any other error ends the stream as an internal error.
 */
export type ExecHandler = (request: ExecRequest, streams: ExecStreams) => Promise<number>;

/** Thrown by a handler (or `checkExec`) for a container that does not exist. */
export class NoSuchContainerError extends Error {
  constructor(container: string, pod: string) {
    super(`container ${container} is not valid for pod ${pod}`);
    this.name = 'NoSuchContainerError';
  }
}
