// JSON as a type: what crosses every boundary of drctl (runbook values, action outputs, journal events).
// Read-only throughout, so that no layer can change a value that another one has recorded.

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}
