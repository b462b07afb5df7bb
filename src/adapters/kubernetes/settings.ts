// The bounds of every call to a Kubernetes API server, in one place. Nothing in this folder waits, pages or
// retries beyond these.

/** One request and its whole answer. */
export const REQUEST_TIMEOUT_MS = 60_000;
/** A busy server's short "wait and ask again" (HTTP 429) is followed here, as kubectl does; longer ones are the engine's. */
export const MAX_BUSY_WAIT_MS = 5_000;
export const MAX_BUSY_WAITS = 5;
/**
 * A read that met a server's or a connection's momentary fault is made so often in all, as the SDK of AWS does. A step of a
 * hundred reads would otherwise hardly ever pass on a bad day. What hung is not begun again.
 */
export const MAX_READ_TRIES = 3;
export const READ_RETRY_MS = 200;
/**
 * Said with every write: a field that the server's schema does not have is refused, not dropped in silence. Servers before
 * 1.25 do not know the parameter and ignore it.
 */
export const STRICT = 'Strict';
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
/** A connection that outlives the watch's own end is a dead one, whatever still trickles through it. */
export const WATCH_LIFE_MS = (WATCH_SECONDS + 30) * 1_000;
/** Consecutive connections of a watch that fail, or end at once, without a single event. */
export const MAX_WATCH_FAILURES = 8;
export const WATCH_BACKOFF_MS = 500;
export const MAX_WATCH_BACKOFF_MS = 10_000;
/** How long a server that throttles may hold a watch off before the caller hears of it. */
export const MAX_WATCH_RETRY_AFTER_MS = 60_000;
/** A line of a watch: one object with its envelope. */
export const MAX_WATCH_LINE_BYTES = 32 * 1024 * 1024;
/** Headers and certificates are asked for again after this long, so that rotated ones are taken up. */
export const CREDENTIALS_FRESH_MS = 30_000;
/** A credential plugin may take this long: some ask a login server. */
export const EXEC_PLUGIN_MS = 60_000;
export const MAX_PLUGIN_BYTES = 1024 * 1024;
/** What is shown of a failed plugin's words. */
export const MAX_PLUGIN_STDERR = 600;
/** Until a proxy has opened a tunnel. */
export const TUNNEL_MS = 30_000;
export const KEEP_ALIVE_MS = 15_000;
/** Calls are held to CONCURRENCY before they get here; beside them there are only watches and commands in pods. */
export const MAX_SOCKETS = 256;
/**
 * Calls to one server at once. An API server on two cores is busy with 8 to 16 of them: beyond that each only takes
 * longer. A far one takes more, since most of the time is spent on the way.
 */
export const CONCURRENCY = {
  first: 8,
  least: 1,
  most: 32,
  fewQueued: 8,
  manyQueued: 12,
  freshMs: 30_000,
} as const;
export const MAX_FREE_SOCKETS = CONCURRENCY.most;
export const EXEC_HANDSHAKE_MS = 30_000;
/** Keeps what stands between from closing the connection of a command that prints nothing for long. */
export const EXEC_PING_MS = 30_000;
/** A connection that has answered pings before and then gives nothing at all for so long is dead. */
export const EXEC_SILENCE_MS = 100_000;
/** Unread output of a command before its connection is paused. */
export const EXEC_BUFFER_BYTES = 1024 * 1024;
export const MAX_STDERR_BYTES = 64 * 1024;
/** Group versions whose resources are fetched at the same time. */
export const DISCOVERY_PARALLEL = 8;
