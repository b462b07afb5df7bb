// How an action is described in commands for a person.

import type { JsonObject } from '../../engine/index.ts';

/** A target's name → the flags with which a command line tool reaches it. */
export type Places = (target: string) => readonly string[];

/** Parameters as far as they are known → commands, and remarks that begin with "#". */
export type ByHand = (params: JsonObject, places: Places) => readonly string[];
