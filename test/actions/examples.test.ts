// The examples that the documentation of every action shows are steps that the engine takes.

import { describe, expect, test } from 'vitest';
import { builtinActions } from '../../src/actions/index.ts';
import type { JsonObject } from '../../src/engine/index.ts';
import { validateParams } from '../../src/engine/language/validate-params.ts';

describe.each(builtinActions.map((action) => [action.name, action] as const))(
  '%s',
  (name, action) => {
    test('has examples that fit its schema', () => {
      expect(action.examples).not.toHaveLength(0);
      for (const example of action.examples) {
        expect(example['action']).toBe(name);
        const withTemplates = JSON.stringify(example['with']).includes('{{');
        if (!withTemplates) validateParams(action, example['with'] as JsonObject);
      }
    });
  },
);
