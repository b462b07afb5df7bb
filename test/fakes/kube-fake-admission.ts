// Who may write to the fake API server, what it admits, and what it makes of an object before it is stored: set by tests,
// asked of every write and of every dry run of one.

import { DrctlError } from '../../src/engine/index.ts';
import type { AccessQuery, KubeKind, KubeObject, ObjectRef } from '../../src/actions/ports.ts';

export class FakeAdmission {
  /** What the caller may not do: asked of writes, and by `may`. */
  denies: (query: AccessQuery) => boolean = () => false;
  /** Denies a write as an admission webhook does; the text is the reason. */
  webhook: (after: KubeObject) => string | undefined = () => undefined;
  /** Refuses a write as a CRD's validation does; the text is the reason. */
  refuses: (before: KubeObject | undefined, after: KubeObject) => string | undefined = () =>
    undefined;
  /** Why no dry run of this kind can be had; undefined: it can. */
  tellsNothing: (kind: KubeKind) => string | undefined = () => undefined;
  /** What the server makes of an object before it is stored: defaults, and other forms of the same value. */
  filled: (object: KubeObject) => KubeObject = (object) => object;

  protected authorize(verb: string, { apiVersion, kind, namespace, name }: ObjectRef): void {
    const on = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
    if (!this.denies({ ...on, verb })) return;
    throw new DrctlError('CLIENT_DENIED', `${kind} ${name} is forbidden: the user cannot ${verb}`);
  }

  protected check(before: KubeObject | undefined, after: KubeObject): void {
    const reason = this.refuses(before, after);
    const subject = `${after.kind} ${after.metadata.name}`;
    if (reason !== undefined) throw new DrctlError('CLIENT_INVALID', `${subject}: ${reason}`);
    const denial = this.webhook(after);
    if (denial !== undefined) throw new DrctlError('CLIENT_DENIED', `${subject}: ${denial}`);
  }
}

export function refOf({ apiVersion, kind, metadata }: KubeObject): ObjectRef {
  const { name, namespace } = metadata;
  return { apiVersion, kind, name, ...(typeof namespace === 'string' ? { namespace } : {}) };
}
