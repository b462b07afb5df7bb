// What is made of a secret is masked like the secret; what merely stands beside one is not.

import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/engine/index.ts';
import type { JsonObject } from '../../../src/engine/index.ts';
import { evaluateExpression } from '../../../src/engine/language/evaluate.ts';
import { renderValue } from '../../../src/engine/language/render-value.ts';

function scopeWith(secret: string) {
  const secrets = createRedactor([secret]);
  const env: JsonObject = { PASSWORD: secret, NAME: 'production', LIST: ['plain', secret] };
  return { env, vars: {}, run: {}, steps: {}, secrets };
}

describe('a template', () => {
  it.each([
    ['{{upper env.PASSWORD}}', 'HUNTER/TWO'],
    ['{{replace env.PASSWORD "hun" "x"}}', 'xter/two'],
    ['{{basename (replace env.PASSWORD "two" "secretly")}}', 'secretly'],
    ['user:{{lower (upper (replace env.PASSWORD "/" "-"))}}@host', 'hunter-two'],
  ])('that makes %s has its result masked', (template, made) => {
    const scope = scopeWith('hunter/two');
    renderValue(template, scope);
    expect(scope.secrets.maskText(`it is ${made} here`)).toBe('it is (sensitive) here');
  });

  it.each(['{{upper env.NAME}}', '{{env.NAME}}-{{env.PASSWORD}}', '{{default env.NAME "other"}}'])(
    'that makes %s hides nothing more',
    (template) => {
      const scope = scopeWith('hunter/two');
      renderValue(template, scope);
      expect(scope.secrets.maskText('PRODUCTION production')).toBe('PRODUCTION production');
    },
  );
});

describe('an expression', () => {
  it.each([
    ["env.PASSWORD.replace('hunter', 'farmer')", 'farmer/two'],
    ["env.PASSWORD.split('/').map(part, part + '!')", 'hunter!'],
    ["env.LIST.map(one, one.replace('/', '+'))", 'hunter+two'],
    ["{'dsn': env.PASSWORD.replace('/', '')}", 'huntertwo'],
  ])('that makes %s has its result masked', (expression, made) => {
    const scope = scopeWith('hunter/two');
    evaluateExpression(expression, scope);
    expect(scope.secrets.maskText(made)).toBe('(sensitive)');
  });

  it('hides nothing that it only found beside a secret', () => {
    const scope = scopeWith('hunter/two');
    evaluateExpression('env.LIST.filter(one, one.startsWith("plain"))', scope);
    evaluateExpression("env.PASSWORD == 'x' ? env.NAME : env.NAME", scope);
    expect(scope.secrets.maskText('plain production')).toBe('plain production');
  });
});
