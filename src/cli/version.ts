// The version of this drctl, from the package it was installed with.

import { readFileSync } from 'node:fs';
import { packageFile } from './package-files.ts';

/** "0.1.0" */
export function drctlVersion(): string {
  return (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string })
    .version;
}
