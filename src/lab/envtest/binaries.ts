// Where the real servers' programs are: the folder that KUBEBUILDER_ASSETS names, then PATH, then the folder into which
// scripts/setup-envtest.sh puts them. The order is that of the ecosystem's own envtest, so that what a team has works here.

import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { LabError } from '../lab-types.ts';

/** Absolute paths. */
export interface Binaries {
  readonly kubeApiserver: string;
  readonly etcd: string;
  readonly etcdctl: string;
  /** Restores snapshots since etcd 3.6, where etcdctl no longer does. */
  readonly etcdutl: string | undefined;
}

const NEEDED = ['kube-apiserver', 'etcd', 'etcdctl'] as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** Where scripts/setup-envtest.sh puts them unless told otherwise. */
function defaultAssets(environment: Environment): string {
  return join(environment['HOME'] ?? homedir(), '.cache', 'drctl', 'envtest');
}

/** Throws LabError with every program that is missing, and how to get it. */
export function findBinaries(environment: Environment = process.env): Binaries {
  const folders = searchedFolders(environment);
  const missing = NEEDED.filter((name) => find(name, folders) === undefined);
  if (missing.length > 0) {
    const assets = environment['KUBEBUILDER_ASSETS'] ?? '';
    throw new LabError(
      `The programs of the real servers are not all here: no ${missing.join(', no ')} in KUBEBUILDER_ASSETS (${assets === '' ? 'not set' : assets}), on PATH, or in ${defaultAssets(environment)}`,
      'On Debian "scripts/setup-envtest.sh" in the sources of drctl builds and installs them; elsewhere set KUBEBUILDER_ASSETS to a folder that has kube-apiserver, etcd and etcdctl',
    );
  }
  return {
    kubeApiserver: find('kube-apiserver', folders) ?? '',
    etcd: find('etcd', folders) ?? '',
    etcdctl: find('etcdctl', folders) ?? '',
    etcdutl: find('etcdutl', folders),
  };
}

/** The path of a program on PATH; undefined: it is not there. */
export function findOnPath(name: string, environment: Environment): string | undefined {
  return find(name, pathFolders(environment));
}

function searchedFolders(environment: Environment): readonly string[] {
  const assets = environment['KUBEBUILDER_ASSETS'];
  return [
    ...(assets === undefined || assets === '' ? [] : [assets]),
    ...pathFolders(environment),
    defaultAssets(environment),
  ];
}

function pathFolders(environment: Environment): readonly string[] {
  return (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
}

function find(name: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
