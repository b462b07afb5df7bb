/*
 * Part of the conformance suite. What a server refuses to store: names, metadata, and the rules of built-in kinds that a
 * restored object meets.
 */
import { describe, expect, it } from 'vitest';
import { merge } from '../rest.ts';
import { configMap, deployment, widget, type SuiteContext } from './context.ts';
import { claim, refused, service } from './refused-objects.ts';
import { main, refusedPods } from './refused-pods.ts';

const mebibyte = 1024 * 1024;

export function describeValidation(suite: SuiteContext): void {
  const { kube, core, deployments, widgets, create } = suite;
  const pathOf = (plural: string): string =>
    plural === 'deployments' ? deployments : `${core}/${plural}`;

  describe('validation', () => {
    it.each([...refused, ...refusedPods])(
      'refuses %s',
      async (_rule, plural, body, ...[field, reason]) => {
        const answer = await kube.call('POST', pathOf(plural), { body });
        const causes = answer.body['details']?.['causes'] as unknown as
          readonly object[] | undefined;
        expect([answer.code, answer.body['reason']]).toEqual([422, 'Invalid']);
        expect(causes?.[0]).toMatchObject({ field, reason: `FieldValue${reason}` });
      },
    );

    it.each([
      ['a number for a text', 'configmaps', { metadata: { name: 'x' }, data: { a: 1 } }],
      ['a text for a number', 'deployments', { ...deployment('x'), spec: { replicas: '2' } }],
      [
        'a size that is no quantity',
        'persistentvolumeclaims',
        claim({ resources: { requests: { storage: 'lots' } } }),
      ],
      ['data that is not base64', 'secrets', { metadata: { name: 'x' }, data: { a: '%%%' } }],
      ['another kind', 'configmaps', { kind: 'Secret', apiVersion: 'v1', metadata: { name: 'x' } }],
      ['another version', 'configmaps', { ...configMap('x'), apiVersion: 'v2' }],
      ['a list', 'configmaps', [configMap('x')]],
      ['half an object', 'configmaps', '{'],
    ])('cannot decode %s, and says so with 400', async (_what, plural, body) => {
      const answer = await kube.call('POST', pathOf(plural), { body });
      expect([answer.code, answer.body['reason']]).toEqual([400, 'BadRequest']);
    });

    it('refuses a ConfigMap of more than 1 MiB', async () => {
      const body = configMap('big', { a: 'x'.repeat(mebibyte + 1) });
      const answer = await kube.call('POST', `${core}/configmaps`, { body });
      expect([answer.code, answer.body['reason']]).toEqual([422, 'Invalid']);
      expect(answer.body['message']).toContain('Too long');
    });

    it('says when an object is more than etcd takes', async () => {
      const body = widget('big', { size: 'S', free: { a: 'x'.repeat(1.6 * mebibyte) } });
      const answer = await kube.call('POST', widgets, { body });
      expect(answer.code).toBe(500);
      expect(answer.body['message']).toBe('etcdserver: request is too large');
    });

    it('refuses a body of more than 3 MiB with 413, and goes on answering', async () => {
      const body = configMap('huge', { a: 'x'.repeat(3 * mebibyte + 1) });
      const { code } = await kube.call('POST', `${core}/configmaps`, { body });
      expect(code).toBe(413);
      expect((await kube.call('GET', `${core}/configmaps`)).code).toBe(200);
    });

    it.each([
      [
        'the type of a Secret',
        'secrets',
        { metadata: { name: 'fixed' } },
        { type: 'example.com/other' },
      ],
      [
        'the address of a service',
        'services',
        service({ ports: [{ port: 80 }] }, 'fixed'),
        { spec: { clusterIP: '10.96.0.77' } },
      ],
      [
        'the access modes of a claim',
        'persistentvolumeclaims',
        { ...claim({}), metadata: { name: 'fixed' } },
        { spec: { accessModes: ['ReadOnlyMany'] } },
      ],
      [
        'the selector of a deployment',
        'deployments',
        deployment('fixed'),
        {
          spec: {
            selector: { matchLabels: { x: 'y' } },
            template: { metadata: { labels: { x: 'y' } } },
          },
        },
      ],
      [
        'the restart policy of a pod',
        'pods',
        { metadata: { name: 'fixed' }, spec: { containers: [main] } },
        { spec: { restartPolicy: 'Never' } },
      ],
      [
        'what is marked immutable',
        'configmaps',
        { ...configMap('fixed', { a: '1' }), immutable: true },
        { data: { a: '2' } },
      ],
    ])('refuses to change %s', async (_what, plural, body, change) => {
      await create(pathOf(plural), body);
      const options = { body: change, contentType: merge };
      const answer = await kube.call('PATCH', `${pathOf(plural)}/fixed`, options);
      expect([answer.code, answer.body['reason']]).toEqual([422, 'Invalid']);
    });

    it('takes a StatefulSet that mounts its own claims', async () => {
      const path = deployments.replace('deployments', 'statefulsets');
      const volumeMounts = [{ name: 'data', mountPath: '/data' }];
      const { spec } = deployment('mounting', { volumeMounts }) as { spec: object };
      const { spec: claimSpec } = claim({}) as { spec: object };
      const volumeClaimTemplates = [{ metadata: { name: 'data' }, spec: claimSpec }];
      const body = {
        metadata: { name: 'mounting' },
        spec: { ...spec, serviceName: 'mounting', volumeClaimTemplates },
      };
      expect((await kube.call('POST', path, { body })).code).toBe(201);
    });

    it('refuses to change what a StatefulSet was made with', async () => {
      const path = deployments.replace('deployments', 'statefulsets');
      const { spec } = deployment('set') as { spec: object };
      await create(path, { metadata: { name: 'set' }, spec: { ...spec, serviceName: 'one' } });
      const answer = await kube.call('PATCH', `${path}/set`, {
        body: { spec: { serviceName: 'two' } },
        contentType: merge,
      });
      expect([answer.code, answer.body['reason']]).toEqual([422, 'Invalid']);
      expect(answer.body['message']).toContain('updates to statefulset spec for fields other than');
    });
  });
}
