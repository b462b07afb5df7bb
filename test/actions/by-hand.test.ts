// What a person would type in place of each action.

import { describe, expect, it } from 'vitest';
import { builtinActions, commandsByHand } from '../../src/actions/index.ts';
import type { JsonObject } from '../../src/engine/index.ts';

const places = (target: string): readonly string[] => [`--at=${target}`];
const withOf = (example: JsonObject): JsonObject => (example['with'] ?? {}) as JsonObject;

describe.each(builtinActions.map((action) => [action.name, action] as const))(
  '%s',
  (name, action) => {
    it.each(action.examples.map((example) => [example['id'] as string, example] as const))(
      'is described for its example %s',
      (_, example) => {
        const commands = commandsByHand(name, withOf(example), places) ?? [];
        expect(commands).not.toEqual([]);
        expect(commands.join('\n')).not.toContain('undefined');
      },
    );

    it('is described also while nothing is known of its parameters', () => {
      expect(commandsByHand(name, {}, places) ?? []).not.toEqual([]);
    });
  },
);

it('knows nothing of an action that nobody described', () => {
  expect(commandsByHand('k8s.nothing', {}, places)).toBeUndefined();
});

it('quotes what a shell would read as something else', () => {
  const params = {
    target: 'here',
    namespace: 'a',
    pod: 'b',
    command: ['echo', "it's; rm -rf $HOME"],
  };
  expect(commandsByHand('k8s.exec', params, places)).toEqual([
    String.raw`kubectl --at=here exec -n a b -- echo 'it'\''s; rm -rf $HOME'`,
  ]);
});

it('strips finalizers before it deletes where the step does', () => {
  const params = {
    target: 'here',
    apiVersion: 'hypershift.openshift.io/v1beta1',
    kind: 'NodePool',
    namespace: 'clusters',
    name: 'workers',
    finalizers: 'remove',
  };
  expect(commandsByHand('k8s.delete', params, places)).toEqual([
    `kubectl --at=here patch NodePool.v1beta1.hypershift.openshift.io workers -n clusters --type=merge -p '{"metadata":{"finalizers":null}}'`,
    'kubectl --at=here delete NodePool.v1beta1.hypershift.openshift.io workers -n clusters',
  ]);
});
