// Which objects have been seen, whatever the version of their kind: by place and name, so that of very many objects little
// more is held than a reference to the name of each.

import type { ObjectRef } from '../../ports.ts';
import { keyOf } from './objects.ts';

export interface ObjectSet {
  readonly size: number;
  has(ref: ObjectRef): boolean;
  add(ref: ObjectRef): void;
}

export function createObjectSet(): ObjectSet {
  const places = new Map<string, Set<string>>();
  let size = 0;
  return {
    get size() {
      return size;
    },
    has: (ref) => places.get(placeOf(ref))?.has(ref.name) === true,
    add(ref) {
      const place = placeOf(ref);
      const names = places.get(place) ?? new Set();
      if (names.has(ref.name)) return;
      names.add(ref.name);
      places.set(place, names);
      size += 1;
    },
  };
}

/** No name is empty, so that this is the key of no object. */
function placeOf(ref: ObjectRef): string {
  return keyOf({ ...ref, name: '' });
}
