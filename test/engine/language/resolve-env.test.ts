import { describe, expect, it } from 'vitest';
import type { EnvDeclaration } from '../../../src/engine/contracts/runbook.ts';
import { envScope, fileValues, resolveEnv } from '../../../src/engine/language/resolve-env.ts';
import type { EnvSources, ResolvedEnv } from '../../../src/engine/language/resolve-env.ts';

const at = { file: 'r.yaml', line: 1, column: 1, length: 1 };

function declare(
  entries: Readonly<Record<string, Partial<EnvDeclaration>>>,
): EnvSources['declarations'] {
  const absent = {
    description: undefined,
    required: false,
    sensitive: false,
    type: 'string',
    pattern: undefined,
    enum: undefined,
    default: undefined,
    at,
  } as const;
  return new Map(Object.entries(entries).map(([name, entry]) => [name, { ...absent, ...entry }]));
}

function resolve(
  entries: Readonly<Record<string, Partial<EnvDeclaration>>>,
  sources: {
    readonly file?: string;
    readonly process?: Record<string, string>;
    readonly set?: Record<string, string>;
  },
): ResolvedEnv {
  return resolveEnv({
    declarations: declare(entries),
    files: sources.file === undefined ? [] : [{ path: 'dr.env', text: sources.file }],
    process: sources.process ?? {},
    set: sources.set ?? {},
  });
}

function winner(sources: Parameters<typeof resolve>[1]): unknown[] {
  const [value] = resolve({ X: { default: 'default' } }, sources).values;
  return [value?.value, value?.origin.from];
}

describe('an env value', () => {
  it('comes from --set over the process over the file over the default', () => {
    const all = { file: 'X=file', process: { X: 'process' }, set: { X: 'set' } };
    expect(winner(all)).toEqual(['set', 'set']);
    expect(winner({ file: all.file, process: all.process })).toEqual(['process', 'process']);
    expect(winner({ file: all.file })).toEqual(['file', 'file']);
    expect(winner({})).toEqual(['default', 'default']);
  });

  it('that is not declared is accepted in files and refused in --set, with the nearest name', () => {
    const { problems } = resolve(
      { CLUSTER: {} },
      { file: 'OTHER=1', process: { ANY: '1' }, set: { CLUSTR: 'x' } },
    );
    expect(problems).toEqual([
      {
        severity: 'error',
        message: '--set CLUSTR: the runbook declares no CLUSTR',
        hint: 'Did you mean "CLUSTER"?',
      },
    ]);
  });

  it('takes its declared type', () => {
    const { values, problems } = resolve(
      {
        I: { type: 'integer' },
        N: { type: 'number' },
        B: { type: 'boolean' },
        E: { enum: [1, 2], type: 'integer' },
      },
      { file: 'I=3 N=1.5 B=yes E=2' },
    );
    expect(problems).toEqual([]);
    expect(values.map(({ value }) => value)).toEqual([3, 1.5, true, 2]);
  });

  it('that does not fit is reported with its place and all others', () => {
    const { problems } = resolve(
      {
        I: { type: 'integer' },
        E: { enum: ['SingleReplica', 'HighlyAvailable'] },
        P: { pattern: '^[a-z]+$' },
        R: { required: true, description: 'Name of the cluster' },
        EMPTY: { required: true },
      },
      { file: 'I=x\nE=SingleReplic\nEMPTY=', set: { P: 'A1' } },
    );
    expect(problems.map((problem) => [problem.message, problem.at?.line, problem.hint])).toEqual([
      ['I must be an integer, not "x" (from dr.env:1)', 1, undefined],
      [
        'E must be one of SingleReplica, HighlyAvailable, not "SingleReplic" (from dr.env:2)',
        2,
        'Did you mean "SingleReplica"?',
      ],
      ['P does not match ^[a-z]+$: "A1" (from --set P)', undefined, undefined],
      [
        'R is required and not given (Name of the cluster)',
        1,
        'Assign it in an env file (-e FILE), or give --set R=…',
      ],
      [
        'EMPTY is required, and empty in dr.env:3',
        3,
        'Assign it in an env file (-e FILE), or give --set EMPTY=…',
      ],
    ]);
  });

  it('that is sensitive is never shown in a message', () => {
    const { problems } = resolve(
      { S: { sensitive: true, pattern: '^a' } },
      { set: { S: 'hunter2' } },
    );
    expect(JSON.stringify(problems)).not.toContain('hunter2');
    expect(problems).toHaveLength(1);
  });

  it('may be overridden for the values that the file builds from it', () => {
    const { values } = resolve(
      { BUCKET: {}, REGION: {} },
      { file: 'REGION=us-west-1\nBUCKET=b-${REGION}', set: { REGION: 'eu-west-1' } },
    );
    expect(values.map(({ value }) => value)).toEqual(['b-eu-west-1', 'eu-west-1']);
  });

  it('that is declared and not given is null for expressions', () => {
    expect(envScope(resolve({ X: {} }, {}).values)).toEqual({ X: null });
  });

  it('of type file is listed for whoever can look at files', () => {
    const declarations = declare({ K: { type: 'file' }, O: { type: 'file' }, S: {} });
    const { values } = resolve(
      { K: { type: 'file' }, O: { type: 'file' }, S: {} },
      { file: 'K=/k S=s' },
    );
    expect(fileValues(declarations, values).map(({ name, path }) => [name, path])).toEqual([
      ['K', '/k'],
    ]);
  });
});
