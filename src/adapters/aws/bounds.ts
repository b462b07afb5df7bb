// The bounds of every call to AWS, in one place.

/** The SDK's own tries; the engine retries on top of them. */
export const MAX_ATTEMPTS = 3;
export const CONNECT_MS = 10_000;
/** Without a byte in either direction. */
export const IDLE_MS = 60_000;
/** One try of a call that only asks, up to its answer's headers. */
export const ANSWER_MS = 25_000;
/** Such a call with all its tries and the whole of its answer. Less than what planning a step may take. */
export const CALL_MS = 100_000;
/** A request that carries content, up to its answer's headers: a part of 5 GiB on a slow line. */
export const TRANSFER_MS = 15 * 60_000;
/** A failed upload is taken away even when nobody waits for it any more. */
export const ABORT_MS = 30_000;
