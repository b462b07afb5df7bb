// Kubeconfig files → one checked, self-contained configuration for one context. Authentication itself is left to
// @kubernetes/client-node; here are the checks it does not make, with messages that name the file, and the two things
// it does not read: `tokenFile`, and the proxy variables of the environment.

import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { DrctlError, closest } from '../../engine/index.ts';
import type { Json, JsonObject } from '../../engine/index.ts';
import { proxyFor } from './proxy.ts';

export interface KubeSettings {
  /** Path of a kubeconfig file. Absent: KUBECONFIG, then ~/.kube/config, then the pod's service account. */
  readonly kubeconfig?: string;
  /** Absent: the file's current-context. */
  readonly context?: string;
}

/** One context, ready for client-node: exactly one cluster, user and context, all paths absolute. */
export interface LoadedKubeconfig {
  /** "https://127.0.0.1:6443", without a final slash. */
  readonly server: string;
  /** Where it came from, for messages. */
  readonly file: string;
  readonly user: string;
  readonly insecure: boolean;
  /** The kubeconfig's text for client-node (JSON is YAML); undefined: the pod's service account. */
  readonly text: string | undefined;
}

interface Section {
  readonly name: string;
  readonly body: JsonObject;
  readonly file: string;
}

/** Throws TARGET_INVALID, naming the file, for everything that keeps the configuration from being used. */
export async function loadKubeconfig(settings: KubeSettings): Promise<LoadedKubeconfig> {
  const files = candidateFiles(settings);
  if (files.length === 0) return inCluster();
  const parsed = await Promise.all(files.map(readKubeconfig));
  const names = files.join(', ');
  const wanted = settings.context ?? firstText(parsed.map((one) => one['current-context']));
  if (wanted === undefined) {
    throw invalid(`${names} has no current-context`, 'Name one with "context:" in the target');
  }
  const context = pick(sections(parsed, files, 'contexts', 'context'), wanted, 'context', names);
  const clusterName = context.body['cluster'];
  const userName = context.body['user'];
  if (typeof clusterName !== 'string' || typeof userName !== 'string') {
    throw invalid(`Context "${wanted}" in ${context.file} names no cluster or no user`);
  }
  const cluster = pick(
    sections(parsed, files, 'clusters', 'cluster'),
    clusterName,
    'cluster',
    names,
  );
  const user = pick(sections(parsed, files, 'users', 'user'), userName, 'user', names);
  const server = checkServer(cluster);
  return {
    server,
    file: context.file,
    user: userName,
    insecure: cluster.body['insecure-skip-tls-verify'] === true && server.startsWith('https:'),
    text: JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': wanted,
      contexts: [{ name: wanted, context: context.body }],
      clusters: [{ name: clusterName, cluster: completeCluster(cluster, server) }],
      users: [{ name: userName, user: completeUser(user) }],
    }),
  };
}

function candidateFiles(settings: KubeSettings): readonly string[] {
  if (settings.kubeconfig !== undefined && settings.kubeconfig !== '') {
    return [path.resolve(settings.kubeconfig)];
  }
  const listed = (process.env['KUBECONFIG'] ?? '')
    .split(path.delimiter)
    .filter((one) => one !== '');
  if (listed.length > 0) return listed.map((one) => path.resolve(one));
  if (process.env['KUBERNETES_SERVICE_HOST'] !== undefined) return [];
  return [path.join(homedir(), '.kube', 'config')];
}

function inCluster(): LoadedKubeconfig {
  const host = process.env['KUBERNETES_SERVICE_HOST'] ?? '';
  const port = process.env['KUBERNETES_SERVICE_PORT'] ?? '443';
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    file: "the pod's service account",
    user: 'service account',
    insecure: false,
    text: undefined,
  };
}

async function readKubeconfig(file: string): Promise<JsonObject> {
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
  const document = parseDocument(text, { prettyErrors: true });
  const [first] = document.errors;
  if (first !== undefined) {
    const at = first.linePos?.[0];
    throw invalid(
      `The kubeconfig ${file}${at === undefined ? '' : `:${at.line}:${at.col}`} is not valid YAML: ${first.message.split('\n', 1)[0]}`,
    );
  }
  const value: unknown = document.toJS();
  if (!isObject(value) || value['kind'] !== 'Config') {
    throw invalid(
      `${file} is not a kubeconfig: it is not a YAML object of kind Config`,
      'Write one with "kubectl config view --flatten --minify"',
    );
  }
  return value;
}

function sections(
  parsed: readonly JsonObject[],
  files: readonly string[],
  list: string,
  key: string,
): readonly Section[] {
  return parsed.flatMap((one, index) => {
    const entries = one[list];
    if (!Array.isArray(entries)) return [];
    return entries.flatMap((entry: Json) => {
      if (!isObject(entry) || typeof entry['name'] !== 'string') return [];
      const body = entry[key];
      return [{ name: entry['name'], body: isObject(body) ? body : {}, file: files[index] ?? '' }];
    });
  });
}

function pick(all: readonly Section[], name: string, what: string, files: string): Section {
  const found = all.find((one) => one.name === name);
  if (found !== undefined) return found;
  const near = closest(
    name,
    all.map((one) => one.name),
  );
  const known = all.map((one) => one.name).join(', ');
  throw invalid(
    `${files} has no ${what} "${name}"`,
    near === undefined ? `It has: ${known === '' ? 'none' : known}` : `Did you mean "${near}"?`,
  );
}

function checkServer(cluster: Section): string {
  const server = cluster.body['server'];
  if (typeof server !== 'string' || !URL.canParse(server) || !/^https?:/.test(server)) {
    throw invalid(
      `Cluster "${cluster.name}" in ${cluster.file} has no usable server: ${JSON.stringify(server ?? null)}`,
    );
  }
  return server.replace(/\/+$/, '');
}

function completeCluster(cluster: Section, server: string): JsonObject {
  const proxy = cluster.body['proxy-url'] ?? proxyFor(server, process.env);
  return {
    ...absolute(cluster, ['certificate-authority']),
    server,
    ...(proxy === undefined ? {} : { 'proxy-url': proxy }),
    // client-node refuses plain http without this flag; there is no TLS to be skipped.
    ...(server.startsWith('http:') ? { 'insecure-skip-tls-verify': true } : {}),
  };
}

function completeUser(user: Section): JsonObject {
  const body = absolute(user, ['client-certificate', 'client-key', 'tokenFile']);
  const tokenFile = body['tokenFile'];
  if (typeof tokenFile !== 'string' || body['auth-provider'] !== undefined) return body;
  return { ...body, 'auth-provider': { name: 'tokenFile', config: { tokenFile } } };
}

function absolute(section: Section, keys: readonly string[]): JsonObject {
  const folder = path.dirname(section.file);
  const changed = keys.flatMap((key) => {
    const value = section.body[key];
    return typeof value === 'string' ? [[key, path.resolve(folder, value)] as const] : [];
  });
  return { ...section.body, ...Object.fromEntries(changed) };
}

function firstText(values: readonly (Json | undefined)[]): string | undefined {
  return values.find((value): value is string => typeof value === 'string' && value !== '');
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(message: string, hint?: string): DrctlError {
  return new DrctlError('TARGET_INVALID', message, hint === undefined ? {} : { hint });
}
