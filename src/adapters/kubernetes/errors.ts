// What went wrong with a call, as a DrctlError: by HTTP status and by the code of a network error, by the text of a
// message only where servers tell something by nothing else. Nothing is retried here; `retryable` tells the engine whether a later attempt may succeed.

import { DrctlError } from '../../engine/index.ts';
import type { DrctlErrorOptions, ErrorCode } from '../../engine/index.ts';
import { TunnelError } from './tunnel.ts';

/** What was being done, for the message: "patch NodePool clusters/np-1 on https://…". */
export interface CallSite {
  readonly verb: string;
  readonly object: string;
  readonly server: string;
}

/** The part of a Kubernetes Status that is used. */
interface Status {
  readonly message?: string;
  readonly reason?: string;
  readonly details?: {
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly {
      readonly reason?: string;
      readonly message?: string;
      readonly field?: string;
    }[];
  };
}

const MAX_CAUSES = 10;
const MAX_TEXT = 2_000;

const tlsVerifyCodes = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'HOSTNAME_MISMATCH',
]);

/** An answer that is not 2xx. `retryAfter`: the header, in seconds or as a date. */
export function errorOfStatus(
  site: CallSite,
  code: number,
  body: string,
  retryAfter?: string,
): DrctlError {
  const status = parseStatus(body);
  const causes = (status.details?.causes ?? []).slice(0, MAX_CAUSES);
  const said = status.message ?? body.trim();
  const missing = causes
    .map((cause) => cause.message ?? '')
    .filter((message) => message !== '' && !said.includes(message));
  const text = [said === '' ? `HTTP ${code}` : said, ...missing].join('; ').slice(0, MAX_TEXT);
  const wait = retryAfterMs(retryAfter, status.details?.retryAfterSeconds);
  const kind = kindOf(code, status, text);
  const options: DrctlErrorOptions = {
    retryable: kind.retryable,
    ...(kind.hint === undefined ? {} : { hint: kind.hint }),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  };
  return new DrctlError(kind.code, `${sentence(site)}: ${text}`, options);
}

/** API servers name seconds; what stands in front of them may name a date. */
export function retryAfterMs(header: string | undefined, seconds?: unknown): number | undefined {
  const text = header?.trim() ?? '';
  const named = typeof seconds === 'number' ? seconds : Number.parseFloat(text);
  const ms = /^[a-z]/i.test(text) ? Date.parse(text) - Date.now() : named * 1_000;
  return Number.isFinite(ms) && ms > 0 ? Math.ceil(ms) : undefined;
}

function kindOf(code: number, status: Status, text: string): Kind {
  if (isUnknownField(text)) return unknownField;
  const isRefusal = code === 400 || code === 403 || code === 422;
  if (isRefusal && /admission webhook "[^"]*" denied the request/.test(text))
    return deniedByWebhook;
  if (isRefusal && /ValidatingAdmissionPolicy '[^']*' .*denied request/.test(text))
    return invalidByPolicy;
  return classify(code, status);
}

/**
 * Who wrote a webhook or a policy chooses status and reason; only the sentence is the server's own. A policy judges by
 * the object alone; a webhook may look at others too.
 * k8s.io/apiserver: pkg/admission/plugin/webhook/errors/statuserror.go, pkg/admission/plugin/policy/validating/dispatcher.go.
 */
const deniedByWebhook: Kind = {
  code: 'CLIENT_DENIED',
  retryable: false,
  hint: 'An admission webhook of the cluster refuses it, whoever asks: do what it says, or ask who runs it',
};

const invalidByPolicy: Kind = {
  code: 'CLIENT_INVALID',
  retryable: false,
  hint: 'A policy of the cluster refuses it, whoever asks: do what it says, or ask who made it',
};

/**
 * Of a dry run: a webhook that would have to act for real does not take part in it, or one does not answer.
 * k8s.io/apiserver: pkg/admission/plugin/webhook/errors/statuserror.go, NewDryRunUnsupportedErr.
 */
export function saysNothing({ message }: DrctlError): boolean {
  return /does not support dry run|dryRun feature is disabled|failed calling webhook/.test(message);
}

/**
 * Servers have no reason of its own for it, and answer 400, 422 or, for server-side apply, 500, which would otherwise be
 * tried again in vain.
 */
function isUnknownField(text: string): boolean {
  return /strict decoding error.*unknown field|field not declared in schema/s.test(text);
}

const unknownField: Kind = {
  code: 'CLIENT_INVALID',
  retryable: false,
  hint: 'The server’s definition of this kind does not have the field, because it is of an older or newer release than the object: install the definitions of the other side’s release there, or leave the field out',
};

interface Kind {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly hint?: string;
}

function classify(code: number, status: Status): Kind {
  const causes = status.details?.causes ?? [];
  switch (code) {
    case 401:
      return {
        code: 'CLIENT_UNAUTHENTICATED',
        retryable: false,
        hint: 'Log in again, or check the token or certificate in the kubeconfig',
      };
    case 403:
      // Creating in a namespace that is going away is forbidden only until it is gone.
      if (causes.some((cause) => cause.reason === 'NamespaceTerminating')) {
        return { code: 'CLIENT_CONFLICT', retryable: true };
      }
      return {
        code: 'CLIENT_DENIED',
        retryable: false,
        hint: 'Ask for the permission that the message names, or use another user in the kubeconfig',
      };
    case 404:
      return { code: 'CLIENT_NOT_FOUND', retryable: false };
    case 409:
      return conflict(status);
    case 410:
      return { code: 'CLIENT_EXPIRED', retryable: true };
    case 408:
      return { code: 'CLIENT_UNREACHABLE', retryable: true };
    case 429:
      return { code: 'CLIENT_THROTTLED', retryable: true };
    default:
      return code >= 500
        ? { code: 'CLIENT_UNREACHABLE', retryable: true }
        : { code: 'CLIENT_INVALID', retryable: false };
  }
}

function conflict(status: Status): Kind {
  const causes = status.details?.causes ?? [];
  if (causes.some((cause) => cause.reason === 'FieldManagerConflict')) {
    return {
      code: 'CLIENT_CONFLICT',
      retryable: false,
      hint: 'Another manager owns these fields; set "force: true" to take them over',
    };
  }
  // A plain Conflict is a lost race on resourceVersion; a new attempt reads the object again.
  return { code: 'CLIENT_CONFLICT', retryable: status.reason === 'Conflict' };
}

/** A call that got no answer. */
export function errorOfNetwork(site: CallSite, cause: unknown): DrctlError {
  if (cause instanceof TunnelError) {
    return new DrctlError('CLIENT_UNREACHABLE', `${sentence(site)}: ${cause.message}`, {
      cause,
      retryable: cause.retryable,
      hint: 'Check proxy-url in the kubeconfig, or HTTPS_PROXY and NO_PROXY of the environment',
    });
  }
  const error = cause as NodeJS.ErrnoException;
  const code = error.code ?? '';
  const text = error.message === '' ? code : error.message;
  const message = `${sentence(site)}: ${text}`;
  if (tlsVerifyCodes.has(code)) {
    return new DrctlError('CLIENT_UNREACHABLE', message, {
      cause,
      hint: `The server's certificate is not trusted (${code}): check certificate-authority, tls-server-name and the server's address in the kubeconfig`,
    });
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return new DrctlError('CLIENT_UNREACHABLE', message, {
      cause,
      hint: 'What answers there does not speak TLS as expected: check the scheme and port of the server in the kubeconfig, and its client certificate',
    });
  }
  return new DrctlError('CLIENT_UNREACHABLE', message, {
    cause,
    retryable: true,
    hint: 'Check that the server runs and that this machine can reach it',
  });
}

export function errorOfTimeout(site: CallSite, ms: number): DrctlError {
  return new DrctlError(
    'CLIENT_UNREACHABLE',
    `${sentence(site)}: no answer within ${ms / 1_000}s`,
    {
      retryable: true,
    },
  );
}

/** The parser's own message would quote what it could not read. */
export function errorOfText(site: CallSite, what: string): DrctlError {
  return new DrctlError('CLIENT_UNREACHABLE', `${sentence(site)}: ${what} is not JSON`, {
    retryable: true,
    hint: 'Is a proxy or login page answering instead?',
  });
}

export function sentence(site: CallSite): string {
  return `Cannot ${site.verb} ${site.object} on ${site.server}`;
}

function parseStatus(body: string): Status {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
