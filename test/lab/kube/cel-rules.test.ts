// CEL rules of definitions: what Kubernetes' own functions accept, when transition rules run, what a broken rule says.
// Expected answers are those of k8s.io/apiserver (pkg/cel/library) and of the API's documentation.
import { describe, expect, it } from 'vitest';
import { celErrors, ruleProblems } from '../../../src/lab/kube/cel-rules.ts';
import { evaluate } from '../../../src/lab/kube/cel/rule.ts';
import type { Json, KubeObject } from '../../../src/lab/kube/objects.ts';
import type { SchemaNode, ValidationRule } from '../../../src/lab/kube/schema-node.ts';

function value(rule: string, self: Json): unknown {
  const result = evaluate(rule, { self, optionalOldSelf: false });
  return 'value' in result ? result.value : `problem: ${result.problem}`;
}

describe('URLs are what Go takes for a request URI', () => {
  it.each([
    ['https://example.com/a?b=c', true],
    ['https://example.com:8080', true],
    ['http://[::1]:80/', true],
    ['/absolute/path', true],
    ['mailto:nobody', true],
    ['example.com/a', false],
    ['', false],
    ['https://a:port/', false],
    ['https://exa mple.com/', false],
    ['https://example.com/%zz', false],
    ['https://example.com/\u0001', false],
  ])('isURL(%j) is %s', (text, expected) => {
    expect(value('isURL(self)', text)).toBe(expected);
  });

  it('gives out scheme, host, path and query', () => {
    const url = 'HTTPS://user@example.com:80/a%20b?x=1&x=2';
    expect(value('url(self).getScheme()', url)).toBe('https');
    expect(value('url(self).getHost()', url)).toBe('example.com:80');
    expect(value('url(self).getEscapedPath()', url)).toBe('/a%20b');
    expect(value("url(self).getQuery()['x'] == ['1', '2']", url)).toBe(true);
    expect(value('url(self).getQuery() == {}', 'https://example.com/')).toBe(true);
    expect(value('url(self).getQuery().size() == 0', url)).toBe(false);
  });

  it('fails for what is no URL, rather than answering', () => {
    expect(value('url(self).getHost()', 'no url')).toContain('problem: URL parse error: "no url"');
  });
});

describe('IP addresses and CIDR blocks are read strictly', () => {
  it.each([
    ['10.0.0.1', true],
    ['fd98::1', true],
    ['10.0.0.01', false],
    ['fe80::1%eth0', false],
    ['::ffff:10.0.0.1', false],
    ['10.0.0', false],
  ])('isIP(%j) is %s', (text, expected) => {
    expect(value('isIP(self)', text)).toBe(expected);
  });

  it.each([
    ['10.132.0.0/14', true],
    ['fd98::/64', true],
    ['10.0.0.0/33', false],
    ['10.0.0.0/08', false],
    ['fd98::/129', false],
    ['10.0.0.0', false],
  ])('isCIDR(%j) is %s', (text, expected) => {
    expect(value('isCIDR(self)', text)).toBe(expected);
  });

  it('gives out family and prefix', () => {
    expect(
      value('cidr(self).ip().family() == 6 && cidr(self).prefixLength() == 64', 'fd98::/64'),
    ).toBe(true);
    expect(value('ip(self).family() == 4', '10.0.0.1')).toBe(true);
  });
});

describe('regular expressions are RE2', () => {
  it('find gives the first match or nothing, findAll gives all', () => {
    expect(value("self.find('[0-9]+')", 'a12b3')).toBe('12');
    expect(value("self.find('x')", 'a12b3')).toBe('');
    expect(value("self.findAll('[0-9]+')", 'a12b3')).toEqual(['12', '3']);
    expect(value("self.findAll('[0-9]+', 1)", 'a12b3')).toEqual(['12']);
  });

  it('a pattern that backtracking would hang on takes no time', () => {
    expect(value("self.matches('^(a+)+$')", `${'a'.repeat(200)}b`)).toBe(false);
  });

  it('takes patterns that JavaScript refuses', () => {
    expect(value("self.matches('(?i)^ABC$')", 'abc')).toBe(true);
  });
});

function thing(fields: Record<string, Json>): KubeObject {
  return { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'one' }, ...fields };
}

function check(rule: ValidationRule, self: Json, old?: Json): readonly string[] {
  const schema: SchemaNode = {
    type: 'object',
    properties: { spec: { type: 'object', 'x-kubernetes-validations': [rule] } },
  };
  const before = old === undefined ? undefined : thing({ spec: old });
  return celErrors(thing({ spec: self }), before, schema).map(
    ({ field, message }) => `${field}: ${message}`,
  );
}

describe('rules', () => {
  it('a transition rule runs only when there is an old value', () => {
    const rule = { rule: 'self.a == oldSelf.a', message: 'a is immutable' };
    expect(check(rule, { a: 1 })).toEqual([]);
    expect(check(rule, { a: 1 }, { a: 1 })).toEqual([]);
    expect(check(rule, { a: 2 }, { a: 1 })).toEqual([
      'spec: Invalid value: "object": a is immutable',
    ]);
  });

  it('an optional oldSelf is there on updates and none on creation', () => {
    const rule = {
      rule: 'oldSelf.hasValue() ? self.a == oldSelf.value().a : self.a == 0',
      optionalOldSelf: true,
      message: 'starts at 0 and stays',
    };
    expect(check(rule, { a: 0 })).toEqual([]);
    expect(check(rule, { a: 1 })).toHaveLength(1);
    expect(check(rule, { a: 0 }, { a: 0 })).toEqual([]);
    expect(check(rule, { a: 1 }, { a: 0 })).toHaveLength(1);
  });

  it('messageExpression, fieldPath and reason shape what is said', () => {
    const rule = {
      rule: 'self.a < 3',
      messageExpression: "'a is ' + string(self.a)",
      fieldPath: '.a',
      reason: 'FieldValueForbidden',
    };
    expect(check(rule, { a: 4 })).toEqual(['spec.a: Forbidden: a is 4']);
  });

  it('a rule that fails while it is evaluated counts as broken', () => {
    expect(check({ rule: 'self.absent == 1' }, { a: 1 })[0]).toContain(
      'rule evaluation error: No such key: absent',
    );
  });

  it('a rule whose answer is no boolean counts as broken', () => {
    expect(check({ rule: 'self.a' }, { a: 1 })).toHaveLength(1);
  });

  it('what is in an atomic map or an unkeyed list has no old value', () => {
    const immutable = [{ rule: 'self == oldSelf' }];
    const schema: SchemaNode = {
      type: 'object',
      properties: {
        atomic: {
          type: 'object',
          'x-kubernetes-map-type': 'atomic',
          properties: { a: { type: 'string', 'x-kubernetes-validations': immutable } },
        },
        list: { type: 'array', items: { type: 'string', 'x-kubernetes-validations': immutable } },
      },
    };
    const [before, after] = ['old', 'new'].map((a) => thing({ atomic: { a }, list: [a] }));
    expect(celErrors(after ?? thing({}), before, schema)).toEqual([]);
  });
});

it('a definition with a rule that this server does not understand is refused, with the place of the rule', () => {
  const schema: SchemaNode = {
    type: 'object',
    properties: {
      spec: {
        type: 'array',
        items: {
          type: 'string',
          'x-kubernetes-validations': [{ rule: 'semver(self).major() > 1' }],
        },
      },
    },
  };
  const [problem] = ruleProblems(schema, 'schema');
  expect(problem?.field).toBe('schema.properties[spec].items.x-kubernetes-validations[0].rule');
  expect(problem?.message).toContain("compilation failed: found no matching overload for 'semver");
});
