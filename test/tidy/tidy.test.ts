// Rules about the sources that neither the compiler nor the linter knows.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

function filesBelow(folder: string, extension: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
}

const sources = filesBelow('src', '.ts');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

describe('every source file', () => {
  it('has a kebab-case name', () => {
    const odd = sources.filter((file) => !/^[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(path.basename(file)));
    expect(odd).toEqual([]);
  });

  it('opens with a comment that says what it is for', () => {
    const silent = sources.filter((file) => !/^(\/\/|\/\*)/.test(read(file)));
    expect(silent).toEqual([]);
  });

  it('puts no AbortSignal.timeout into AbortSignal.any, where Node 20 lets it be collected as garbage', () => {
    const lost = sources.filter((file) => {
      const code = read(file).replaceAll(/^\s*\/\/.*$/gm, '');
      return code.includes('AbortSignal.any(') && code.includes('AbortSignal.timeout(');
    });
    expect(lost).toEqual([]);
  });

  it('is imported through a door: index.ts files stand only where a folder is one', () => {
    const doors = new Set([
      'engine',
      'actions',
      'adapters',
      'authoring',
      'report',
      'lab',
      'lab/aws',
      'lab/kube',
      'lab/tls',
      'lab/envtest',
      'lab/conversion',
      'lab/controllers/lifecycle',
      'lab/controllers/cluster-api',
      'lab/controllers/hypershift',
      'lab/controllers/lifecycle',
      'lab/envtest',
    ]);
    const others = sources
      .filter((file) => path.basename(file) === 'index.ts')
      .map((file) => path.dirname(file).replace('src/', ''))
      .filter((folder) => !doors.has(folder));
    expect(others).toEqual([]);
  });
});

describe('actions', () => {
  it('are named after their file: actions/area/verb.ts defines area.verb', () => {
    const wrong = sources
      .filter((file) =>
        /^src\/actions\/(?!ports\/|foreseen\/)[a-z0-9]+\/[a-z0-9-]+\.ts$/.test(file),
      )
      .filter((file) => {
        const [, , area, verb] = file.replace('.ts', '').split('/');
        return !read(file).includes(`name: '${area}.${verb}'`);
      });
    expect(wrong).toEqual([]);
  });
});

describe('errors', () => {
  it('have the exit code of the catalogue in their section', async () => {
    const { errorCatalogue } = await import('../../src/engine/index.ts');
    const failures = read('docs/failures.md');
    const wrong = Object.entries(errorCatalogue)
      .filter(([name, { exitCode }]) => !failures.includes(`## ${name}\n\nExit code ${exitCode}.`))
      .map(([name]) => name);
    expect(wrong).toEqual([]);
  });

  it('have a section each in docs/failures.md, and are thrown somewhere', async () => {
    const { errorCatalogue } = await import('../../src/engine/index.ts');
    const failures = read('docs/failures.md');
    const code = sources
      .filter((file) => !file.endsWith('error-catalogue.ts'))
      .map(read)
      .join('\n');
    const undocumented = Object.keys(errorCatalogue).filter(
      (name) => !failures.includes(`## ${name}`),
    );
    const unused = Object.keys(errorCatalogue).filter((name) => !code.includes(`'${name}'`));
    expect({ undocumented, unused }).toEqual({ undocumented: [], unused: [] });
  });
});
