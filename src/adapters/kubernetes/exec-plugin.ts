// Credential plugins ("exec" in a kubeconfig, client.authentication.k8s.io): a program that prints a token or a client
// certificate. It gets no terminal and a bounded time. What it prints on standard output is never shown: it is the secret.

import { spawn } from 'node:child_process';
import { DrctlError } from '../../engine/index.ts';
import type { JsonObject } from '../../engine/index.ts';
import { readExecCredential } from './exec-credential.ts';
import type { ExecCredential } from './exec-credential.ts';
import { isObject } from './kubeconfig-files.ts';
import type { LoadedKubeconfig } from './kubeconfig.ts';
import { readMaterial } from './material.ts';
import { EXEC_PLUGIN_MS, MAX_PLUGIN_BYTES, MAX_PLUGIN_STDERR } from './settings.ts';

const versions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];
/** The extension of a cluster that is meant for plugins. */
const extensionName = 'client.authentication.k8s.io/exec';

interface Plugin {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly apiVersion: string;
  readonly installHint: string | undefined;
}

/** TARGET_INVALID, naming the plugin and the kubeconfig; retryable when the plugin itself failed or took too long. */
export async function runExecPlugin(
  config: LoadedKubeconfig,
  signal: AbortSignal,
): Promise<ExecCredential> {
  const settings = isObject(config.login['exec']) ? config.login['exec'] : {};
  const plugin = checkPlugin(settings, config);
  const info = {
    kind: 'ExecCredential',
    apiVersion: plugin.apiVersion,
    spec: {
      interactive: false,
      ...(settings['provideClusterInfo'] === true ? { cluster: await clusterInfo(config) } : {}),
    },
  };
  const env = { ...process.env, ...plugin.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) };
  const ended = await run(plugin, env, signal);
  const { why, hint, retryable = false } = ended;
  if (why !== undefined) throw failed(plugin, config, { why, hint, retryable });
  const credential = readExecCredential(ended.stdout, plugin.apiVersion);
  if (typeof credential === 'string') throw failed(plugin, config, { why: credential });
  return credential;
}

function checkPlugin(settings: JsonObject, config: LoadedKubeconfig): Plugin {
  const { command, apiVersion, interactiveMode, installHint } = settings;
  if (typeof command !== 'string' || command === '') {
    throw new DrctlError(
      'TARGET_INVALID',
      `The exec plugin of user "${config.user}" in ${config.file} has no command`,
    );
  }
  const plugin: Plugin = {
    command,
    args: listOf(settings['args']).map(textOf),
    env: Object.fromEntries(
      listOf(settings['env']).flatMap((one) =>
        isObject(one) && typeof one['name'] === 'string'
          ? [[one['name'], textOf(one['value'])] as const]
          : [],
      ),
    ),
    apiVersion: typeof apiVersion === 'string' ? apiVersion : '',
    installHint: typeof installHint === 'string' ? installHint.trim() : undefined,
  };
  if (!versions.includes(plugin.apiVersion)) {
    throw failed(plugin, config, {
      why: `its apiVersion ${JSON.stringify(plugin.apiVersion)} is not supported`,
      hint: `Write the kubeconfig anew with a present version of the plugin: ${versions.join(' or ')}`,
    });
  }
  if (interactiveMode === 'Always') {
    throw failed(plugin, config, {
      why: 'it wants a person to type (interactiveMode: Always), and a run gives it no terminal',
      hint: 'Use a kubeconfig with a way to log in that needs nobody',
    });
  }
  return plugin;
}

/** YAML may have read a text as a number. */
function textOf(value: unknown): string {
  return typeof value === 'string'
    ? value
    : value === undefined || value === null
      ? ''
      : JSON.stringify(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

async function clusterInfo(config: LoadedKubeconfig): Promise<JsonObject> {
  const ca = await readMaterial(config.cluster, 'certificate-authority', config.file);
  const serverName = config.cluster['tls-server-name'];
  const extension = listOf(config.cluster['extensions']).find(
    (one) => isObject(one) && one['name'] === extensionName,
  );
  const forPlugin = isObject(extension) ? extension['extension'] : undefined;
  return {
    server: config.server,
    ...(typeof serverName === 'string' ? { 'tls-server-name': serverName } : {}),
    ...(config.insecure ? { 'insecure-skip-tls-verify': true } : {}),
    ...(ca === undefined
      ? {}
      : { 'certificate-authority-data': Buffer.from(ca).toString('base64') }),
    // Only its own: one of the environment reaches the plugin by the environment.
    ...(typeof config.cluster['proxy-url'] === 'string'
      ? { 'proxy-url': config.cluster['proxy-url'] }
      : {}),
    ...(forPlugin === undefined ? {} : { config: forPlugin }),
  };
}

interface Ended {
  readonly stdout: string;
  /** What went wrong. */
  readonly why?: string;
  readonly hint?: string | undefined;
  readonly retryable?: boolean;
}

function run(plugin: Plugin, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Ended> {
  return new Promise((resolve) => {
    // A group of its own: it has no terminal to ask at, and can be ended with all that it started.
    const child = spawn(plugin.command, plugin.args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const stdout: Buffer[] = [];
    let size = 0;
    let stderr = '';
    const end = (ended: Ended): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve(ended);
    };
    const fail = (why: string, hint?: string): void => {
      killGroup(child.pid);
      child.stdout.destroy();
      child.stderr.destroy();
      end({ stdout: '', why: why + quoted(stderr, plugin.env), hint, retryable: true });
    };
    const stop = (): void => fail('it was stopped, since the run ends');
    const timer = setTimeout(
      () => fail(`it did not end within ${EXEC_PLUGIN_MS / 1_000}s`, 'Does it wait for a login?'),
      EXEC_PLUGIN_MS,
    );
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_PLUGIN_BYTES) fail(`it printed more than ${MAX_PLUGIN_BYTES} bytes`);
      else stdout.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('utf8')).slice(-MAX_PLUGIN_STDERR);
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      const isMissing = error.code === 'ENOENT';
      const why = isMissing
        ? 'there is no such program'
        : `it cannot be started (${error.code ?? 'unknown error'})`;
      end({ stdout: '', why, hint: plugin.installHint ?? 'Install it, or mend PATH' });
    });
    child.once('close', (code, killed) => {
      if (code === 0) end({ stdout: Buffer.concat(stdout).toString('utf8') });
      else
        fail(code === null ? `it was killed (${killed ?? ''})` : `it ended with exit code ${code}`);
    });
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** What the plugin says to people, without what looks like a secret. */
function quoted(stderr: string, env: Readonly<Record<string, string>>): string {
  let text = stderr.trim().replaceAll(/\s+/g, ' ');
  for (const [name, value] of Object.entries(env)) {
    if (value.length >= 4 && /token|secret|passw|key|credential/i.test(name)) {
      text = text.replaceAll(value, '***');
    }
  }
  text = text
    .replaceAll(/[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/g, '***')
    .replaceAll(/\b(bearer|basic)\s+\S+/gi, '$1 ***')
    .replaceAll(/((?:token|secret|password|passwd|key)["']?\s*[=:]\s*["']?)[^\s"',]+/gi, '$1***');
  return text === '' ? '' : `: ${text}`;
}

function failed(
  plugin: Plugin,
  config: LoadedKubeconfig,
  of: { readonly why: string; readonly hint?: string | undefined; readonly retryable?: boolean },
): DrctlError {
  return new DrctlError(
    'TARGET_INVALID',
    `The exec plugin ${plugin.command} of user "${config.user}" in ${config.file} gave no credential: ${of.why}`,
    {
      hint: of.hint ?? 'Try "kubectl get --raw /version" with the same kubeconfig',
      retryable: of.retryable ?? false,
    },
  );
}
