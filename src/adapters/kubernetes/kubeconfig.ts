// Kubeconfig files → one checked, self-contained description of one context: which server, by which proxy, trusted by
// what, and as whom. Paths are absolute; nothing that they name is read here, since it may change during a run.

import path from 'node:path';
import { DrctlError, closest } from '../../engine/index.ts';
import type { Json, JsonObject } from '../../engine/index.ts';
import { isObject, readKubeconfigs } from './kubeconfig-files.ts';
import type { KubeSettings, KubeconfigFile } from './kubeconfig-files.ts';
import { checkProxy, proxyFor } from './proxy.ts';

/** One context of one or several kubeconfig files. */
export interface LoadedKubeconfig {
  /** "https://127.0.0.1:6443", without a final slash. */
  readonly server: string;
  /** Where it came from, for messages. */
  readonly file: string;
  /** The user's name, for messages. */
  readonly user: string;
  readonly insecure: boolean;
  /** With its scheme; undefined: directly. */
  readonly proxy: string | undefined;
  /** The cluster as the file has it, with absolute paths. */
  readonly cluster: JsonObject;
  /** How to log in: the user as the file has it, with absolute paths. */
  readonly login: JsonObject;
}

interface Section {
  readonly name: string;
  readonly body: JsonObject;
  readonly file: string;
}

const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Throws TARGET_INVALID, naming the file, for everything that keeps the configuration from being used. */
export async function loadKubeconfig(
  settings: KubeSettings,
  serviceAccount = serviceAccountFolder,
): Promise<LoadedKubeconfig> {
  const files = await readKubeconfigs(settings);
  if (files.length === 0) return inCluster(serviceAccount);
  const names = files.map((one) => one.file).join(', ');
  const wanted = wantedContext(settings, files);
  if (wanted === undefined) {
    throw invalid(`${names} has no current-context`, 'Name one with "context:" in the target');
  }
  const context = pick(sections(files, 'contexts', 'context'), wanted, 'context', names);
  const clusterName = context.body['cluster'];
  const userName = context.body['user'];
  if (typeof clusterName !== 'string' || typeof userName !== 'string') {
    throw invalid(`Context "${wanted}" in ${context.file} names no cluster or no user`);
  }
  const cluster = pick(sections(files, 'clusters', 'cluster'), clusterName, 'cluster', names);
  const user = pick(sections(files, 'users', 'user'), userName, 'user', names);
  const server = checkServer(cluster);
  return {
    server,
    file: user.file,
    user: userName,
    insecure: cluster.body['insecure-skip-tls-verify'] === true && server.startsWith('https:'),
    proxy: proxyOf(cluster, server),
    cluster: absolute(cluster, ['certificate-authority']),
    login: completeUser(user),
  };
}

function wantedContext(
  settings: KubeSettings,
  files: readonly KubeconfigFile[],
): string | undefined {
  if (settings.context !== undefined && settings.context !== '') return settings.context;
  return files
    .map((one) => one.content['current-context'])
    .find((value): value is string => typeof value === 'string' && value !== '');
}

/** What a pod is given to reach the API server of its own cluster. */
function inCluster(folder: string): LoadedKubeconfig {
  const host = process.env['KUBERNETES_SERVICE_HOST'] ?? '';
  const port = process.env['KUBERNETES_SERVICE_PORT'] ?? '443';
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return {
    server,
    file: "the pod's service account",
    user: 'service account',
    insecure: false,
    proxy: proxyFor(server, process.env),
    cluster: { 'certificate-authority': path.join(folder, 'ca.crt') },
    login: { tokenFile: path.join(folder, 'token') },
  };
}

/** The first file that has a name wins, as with kubectl. */
function sections(files: readonly KubeconfigFile[], list: string, key: string): readonly Section[] {
  return files.flatMap(({ file, content }) => {
    const entries = content[list];
    if (!Array.isArray(entries)) return [];
    return entries.flatMap((entry: Json) => {
      if (!isObject(entry) || typeof entry['name'] !== 'string') return [];
      const body = entry[key];
      return [{ name: entry['name'], body: isObject(body) ? body : {}, file }];
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
  const { username, password } = new URL(server);
  if (username !== '' || password !== '') {
    // The address is part of many messages.
    throw invalid(
      `Cluster "${cluster.name}" in ${cluster.file} has a user or a password in its server's address`,
      'Move them to the user: "username" and "password"',
    );
  }
  return server.replace(/\/+$/, '');
}

/** A proxy that the cluster names is always used; otherwise the environment decides. */
function proxyOf(cluster: Section, server: string): string | undefined {
  const named = cluster.body['proxy-url'];
  if (named === undefined || named === null || named === '') return proxyFor(server, process.env);
  return checkProxy(named, `proxy-url of cluster "${cluster.name}" in ${cluster.file}`);
}

function completeUser(user: Section): JsonObject {
  const body = absolute(user, ['client-certificate', 'client-key', 'tokenFile']);
  const plugin = body['exec'];
  if (!isObject(plugin) || typeof plugin['command'] !== 'string') return body;
  // A bare name is looked for in PATH; one with a slash starts at the kubeconfig's folder.
  const { command } = plugin;
  if (!command.includes(path.sep)) return body;
  return { ...body, exec: { ...plugin, command: path.resolve(path.dirname(user.file), command) } };
}

function absolute(section: Section, keys: readonly string[]): JsonObject {
  const folder = path.dirname(section.file);
  const changed = keys.flatMap((key) => {
    const value = section.body[key];
    return typeof value === 'string' && value !== ''
      ? [[key, path.resolve(folder, value)] as const]
      : [];
  });
  return { ...section.body, ...Object.fromEntries(changed) };
}

function invalid(message: string, hint?: string): DrctlError {
  return new DrctlError('TARGET_INVALID', message, hint === undefined ? {} : { hint });
}
