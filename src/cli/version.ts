// The version of this drctl, from the package it was installed with.

import { readFileSync } from 'node:fs';

/** "0.1.0". The path is the same from src/cli and from dist/cli. */
export function drctlVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
