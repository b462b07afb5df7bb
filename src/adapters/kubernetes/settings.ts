// The bounds of every call to a Kubernetes API server, in one place. Nothing in this folder waits, pages or
// retries beyond these.

/** One request and its whole answer. */
export const REQUEST_TIMEOUT_MS = 60_000;
/** Objects per page of a list: what kubectl asks for. */
export const PAGE_SIZE = 500;
export const MAX_PAGES = 10_000;
/** A list is begun anew this often when its continue token has expired (HTTP 410). */
export const MAX_LIST_RESTARTS = 3;
/** An answer larger than this is refused: an object has at most about 3 MiB, a page 500 of them. */
export const MAX_BODY_BYTES = 512 * 1024 * 1024;
/** What `raw` gives back of a body. */
export const MAX_RAW_BYTES = 64 * 1024;
/** The server ends a watch after this long; it is then resumed where it was. */
export const WATCH_SECONDS = 120;
/** A watch that is silent for longer than its own end is a dead connection. */
export const WATCH_IDLE_MS = (WATCH_SECONDS + 30) * 1_000;
/** Consecutive connections of a watch that fail without a single event. */
export const MAX_WATCH_FAILURES = 8;
export const WATCH_BACKOFF_MS = 500;
export const MAX_WATCH_BACKOFF_MS = 10_000;
/** A line of a watch: one object with its envelope. */
export const MAX_WATCH_LINE_BYTES = 32 * 1024 * 1024;
/** Headers and certificates are asked for again after this long, so that rotated ones are taken up. */
export const CREDENTIALS_FRESH_MS = 30_000;
export const KEEP_ALIVE_MS = 15_000;
export const MAX_SOCKETS = 256;
export const MAX_FREE_SOCKETS = 16;
export const EXEC_HANDSHAKE_MS = 30_000;
/** Unread output of a command before its connection is paused. */
export const EXEC_BUFFER_BYTES = 1024 * 1024;
export const MAX_STDERR_BYTES = 64 * 1024;
/** Group versions whose resources are fetched at the same time. */
export const DISCOVERY_PARALLEL = 8;
