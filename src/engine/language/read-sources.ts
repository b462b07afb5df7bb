// Reads a runbook and everything it includes, each file once, before anything is checked.

import { dirname, isAbsolute, join, normalize } from 'node:path';
import { DrctlError } from '../contracts/errors.ts';
import type { Json } from '../contracts/json.ts';
import type { Problem } from '../contracts/problem.ts';
import { runbookApiVersion } from './runbook-envelope.ts';
import { isObject } from './schema-walk.ts';
import { parseSource } from './source-document.ts';
import type { DocumentPath, SourceDocument } from './source-document.ts';

export interface Sources {
  readonly root: SourceDocument;
  /** By path, the root first, then includes in the order in which they were found. */
  readonly documents: ReadonlyMap<string, SourceDocument>;
  readonly problems: readonly Problem[];
  /** A text is no YAML; more than that cannot be said with sense. */
  readonly broken: boolean;
}

const maxFileLength = 4 * 1024 * 1024;
const maxFiles = 100;

/** The path of an included file, as seen from where the root's path is seen from. */
export function includedPath(includer: string, include: string): string {
  return isAbsolute(include) ? normalize(include) : join(dirname(includer), include);
}

/**
 * Throws what `readFile` throws for the root (FILE_UNREADABLE), and RUNBOOK_VERSION; an include that cannot be read is a
 * problem at its place.
 */
export async function readSources(
  path: string,
  readFile: (path: string) => Promise<string>,
): Promise<Sources> {
  const problems: Problem[] = [];
  const documents = new Map<string, SourceDocument>();
  let broken = false;
  const open = async (file: string): Promise<SourceDocument> => {
    const text = await readFile(file).catch((cause: unknown) => {
      if (cause instanceof DrctlError) throw cause;
      throw new DrctlError('FILE_UNREADABLE', `${file} cannot be read`, { cause });
    });
    if (text.length > maxFileLength) {
      throw new DrctlError('FILE_UNREADABLE', `${file} is larger than ${maxFileLength} bytes`);
    }
    const parsed = parseSource(text, file);
    refuseOtherVersions(parsed.document);
    problems.push(...parsed.problems);
    broken ||= parsed.broken;
    documents.set(file, parsed.document);
    return parsed.document;
  };

  const root = await open(path);
  const queue = [root];
  for (const document of queue) {
    for (const { include, at } of includesOf(document.value)) {
      const file = includedPath(document.file, include);
      if (documents.has(file)) continue;
      if (documents.size >= maxFiles) {
        problems.push(document.problem(at, `A runbook includes at most ${maxFiles} files`));
        return { root, documents, problems, broken };
      }
      try {
        queue.push(await open(file));
      } catch (error) {
        if (!(error instanceof DrctlError) || error.code === 'RUNBOOK_VERSION') throw error;
        const why = error.message.includes(file) ? error.message : `${file}: ${error.message}`;
        problems.push(document.problem(at, `The included file cannot be read: ${why}`));
      }
    }
  }
  return { root, documents, problems, broken };
}

function refuseOtherVersions(document: SourceDocument): void {
  const version = isObject(document.value) ? document.value['apiVersion'] : undefined;
  if (typeof version !== 'string' || version === runbookApiVersion) return;
  const at = document.range(['apiVersion'], 'value');
  throw new DrctlError(
    'RUNBOOK_VERSION',
    `${document.file} has apiVersion "${version}"; this drctl runs "${runbookApiVersion}"`,
    {
      at,
      hint: `Write apiVersion: ${runbookApiVersion}, or use the drctl that the runbook was written for`,
    },
  );
}

interface Include {
  readonly include: string;
  readonly at: DocumentPath;
}

function includesOf(value: Json): readonly Include[] {
  if (!isObject(value)) return [];
  const phases = (Array.isArray(value['phases']) ? value['phases'] : []) as readonly Json[];
  return [
    ...includesIn(value['steps'], ['steps']),
    ...phases.flatMap((phase, index) =>
      isObject(phase) ? includesIn(phase['steps'], ['phases', index, 'steps']) : [],
    ),
  ];
}

function includesIn(steps: Json | undefined, path: DocumentPath): readonly Include[] {
  if (!Array.isArray(steps)) return [];
  return (steps as readonly Json[]).flatMap((step, index): Include[] =>
    isObject(step) && typeof step['include'] === 'string'
      ? [{ include: step['include'], at: [...path, index, 'include'] }]
      : [],
  );
}
