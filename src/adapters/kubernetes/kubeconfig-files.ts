// Which kubeconfig files count, and what they hold. As kubectl does it: a file that is named must exist; of the files
// that KUBECONFIG lists those that are absent are passed over; in a pod without any of them its service account is used.

import { access, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { DrctlError, isNestedTooDeeply } from '../../engine/index.ts';
import type { JsonObject } from '../../engine/index.ts';

export interface KubeSettings {
  /** Path of a kubeconfig file. Absent: KUBECONFIG, then ~/.kube/config, then the pod's service account. */
  readonly kubeconfig?: string;
  /** Absent: the file's current-context. */
  readonly context?: string;
}

export interface KubeconfigFile {
  readonly file: string;
  readonly content: JsonObject;
}

/** Nothing: use the pod's service account. */
export async function readKubeconfigs(settings: KubeSettings): Promise<readonly KubeconfigFile[]> {
  if (settings.kubeconfig !== undefined && settings.kubeconfig !== '') {
    return [await readKubeconfig(path.resolve(settings.kubeconfig))];
  }
  const listed = (process.env['KUBECONFIG'] ?? '')
    .split(path.delimiter)
    .filter((one) => one !== '')
    .map((one) => path.resolve(one));
  if (listed.length > 0) {
    const present = await presentOf(listed);
    if (present.length === 0) {
      throw new DrctlError(
        'TARGET_INVALID',
        `KUBECONFIG names no file that exists: ${listed.join(', ')}`,
      );
    }
    return Promise.all(present.map(readKubeconfig));
  }
  const usual = path.join(homedir(), '.kube', 'config');
  const inPod = (process.env['KUBERNETES_SERVICE_HOST'] ?? '') !== '';
  if (inPod && (await presentOf([usual])).length === 0) return [];
  return [await readKubeconfig(usual)];
}

async function presentOf(files: readonly string[]): Promise<readonly string[]> {
  const present = await Promise.all(
    files.map((file) =>
      access(file).then(
        () => true,
        (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
      ),
    ),
  );
  return files.filter((_file, index) => present[index]);
}

async function readKubeconfig(file: string): Promise<KubeconfigFile> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? String(cause)})`;
    throw new DrctlError('TARGET_INVALID', `The kubeconfig ${file} ${why}`, {
      cause,
      hint: 'Check the path in the env file, or the permissions of the file',
    });
  }
  if (isNestedTooDeeply(text)) {
    throw new DrctlError('TARGET_INVALID', `The kubeconfig ${file} is nested too deeply to be one`);
  }
  const document = parseDocument(text, { prettyErrors: true });
  const [first] = document.errors;
  if (first !== undefined) {
    const at = first.linePos?.[0];
    // Only the parser's own words: the lines that it quotes may hold a token.
    const said = first.message.split('\n', 1)[0] ?? '';
    throw new DrctlError(
      'TARGET_INVALID',
      `The kubeconfig ${file}${at === undefined ? '' : `:${at.line}:${at.col}`} is not valid YAML: ${said}`,
    );
  }
  const content = contentOf(document, file);
  if (!isObject(content) || !isKubeconfig(content)) {
    throw new DrctlError(
      'TARGET_INVALID',
      `${file} is not a kubeconfig: it is not a YAML object of kind Config`,
      { hint: 'Write one with "kubectl config view --flatten --minify"' },
    );
  }
  return { file, content };
}

/** kubectl takes one without a kind as well, as parts of a configuration often are. */
function isKubeconfig(content: JsonObject): boolean {
  const { kind } = content;
  if (kind !== undefined) return kind === 'Config';
  return ['clusters', 'contexts', 'users', 'current-context'].some((key) => key in content);
}

/** An alias that grows without bounds is refused by the parser only here. */
function contentOf(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    throw new DrctlError('TARGET_INVALID', `${file} is not a kubeconfig`, { cause });
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
