// Many changes of one sort as one: thirty Secrets that are made are one line with their count and their names.

import { counted } from '../../engine/index.ts';
import type { Change } from '../../engine/index.ts';

type ObjectChange = Extract<Change, { kind: 'create' | 'update' | 'delete' }>;

/** What is done to several objects of one kind in one place. */
export interface ChangeGroup extends Pick<ObjectChange, 'kind' | 'risk' | 'fields'> {
  /** "destination: 30 Secrets in clusters-prod". */
  readonly subject: string;
  readonly names: readonly string[];
}

interface Place {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** In the order of their first. One of its sort alone stays as it is, and so does what says that nothing is done, once. */
export function groupChanges(changes: readonly Change[]): readonly (Change | ChangeGroup)[] {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    const key = sortOf(change);
    groups.set(key, [...(groups.get(key) ?? []), change]);
  }
  return [...groups.values()].flatMap((members): readonly (Change | ChangeGroup)[] => {
    const group = together(members);
    return group === undefined ? members.slice(0, 1) : [group];
  });
}

/** Of one sort so many are named one by one; of more, which nobody reads one by one, the first and the count. */
const MAX_NAMED = 100;
const NAMED_OF_MANY = 20;

/** Of "source: Machine clusters-prod/a" and its like: "source: 4 Machines in clusters-prod: a, b, c, d". */
export function groupObjects(objects: readonly string[], most = MAX_NAMED): readonly string[] {
  const groups = new Map<string, { readonly text: string; readonly place: Place | undefined }[]>();
  for (const text of objects) {
    const [target = '', object = ''] = text.split(/: (.*)/s);
    const place = placeOf(object);
    const key = place === undefined ? text : `${target}: ${place.kind} ${place.namespace}`;
    groups.set(key, [...(groups.get(key) ?? []), { text, place }]);
  }
  return [...groups.values()].flatMap((members) => {
    const places = members.flatMap(({ place }) => place ?? []);
    const [first] = members;
    if (places.length < 2 || first === undefined) return members.map(({ text }) => text);
    const target = first.text.slice(0, first.text.indexOf(': '));
    return [`${target}: ${subjectOf(places)}: ${namesOf(places, most)}`];
  });
}

function namesOf(places: readonly Place[], most: number): string {
  const names = places.map(({ name }) => name);
  if (names.length <= most) return names.join(', ');
  const left = names.length - NAMED_OF_MANY;
  return `${names.slice(0, NAMED_OF_MANY).join(', ')} … and ${left} more (--full)`;
}

function subjectOf(places: readonly Place[]): string {
  const [first] = places;
  if (first === undefined) return '';
  const where = first.namespace === '' ? '' : ` in ${first.namespace}`;
  return `${counted(places.length, first.kind)}${where}`;
}

/** The same for changes that can be told together. What is made differs in its fields, and is made all the same. */
function sortOf(change: Change): string {
  if (!isOfObject(change)) return JSON.stringify(change);
  const { kind, on, risk, fields } = change;
  const place = placeOf(on.object);
  const what = place === undefined ? on.object : [place.kind, place.namespace];
  return JSON.stringify([kind, on.target, what, risk, kind === 'create' ? [] : fields]);
}

function together(members: readonly Change[]): ChangeGroup | undefined {
  const changes = members.filter(isOfObject);
  const [first] = changes;
  const places = changes.flatMap(({ on }) => placeOf(on.object) ?? []);
  if (first === undefined || places.length < 2) return undefined;
  return {
    kind: first.kind,
    risk: first.risk,
    subject: `${first.on.target}: ${subjectOf(places)}`,
    names: places.map(({ name }) => name),
    fields: first.kind === 'create' ? [] : first.fields,
  };
}

function isOfObject(change: Change): change is ObjectChange {
  return change.kind === 'create' || change.kind === 'update' || change.kind === 'delete';
}

/** Of "NodePool clusters/np-1": a kind of Kubernetes has a small letter in it, other than "A", "TXT" or "artifact". */
function placeOf(object: string): Place | undefined {
  const match = /^([A-Z]+[a-z][A-Za-z0-9]*) (?:([^/ ]+)\/)?([^/ ]+)$/.exec(object);
  if (match === null) return undefined;
  const [, kind = '', namespace = '', name = ''] = match;
  return { kind, namespace, name };
}
