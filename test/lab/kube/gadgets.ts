// A kind in two versions that are not the same: `spec.size` of the first is `spec.dimensions.size` in the second, in which
// it is stored. And the webhook that converts between them, which refuses what has the size "refused".

import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { CertificateAuthority } from '../../../src/lab/tls/index.ts';

export interface GadgetWebhook {
  readonly url: string;
  /** How many reviews it was asked, and how many objects were in each. */
  readonly asked: number[];
  close(): Promise<void>;
}

interface Gadget {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly size?: string; readonly dimensions?: { readonly size?: string } };
}

interface Review {
  readonly request: {
    readonly uid: string;
    readonly desiredAPIVersion: string;
    readonly objects: readonly Gadget[];
  };
}

export async function startGadgetWebhook(authority: CertificateAuthority): Promise<GadgetWebhook> {
  const tls = await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] });
  const asked: number[] = [];
  const server = createServer(tls, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const review = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Review;
      asked.push(review.request.objects.length);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer(review)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/convert`,
    asked,
    close: async () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer({ request: { uid, desiredAPIVersion, objects } }: Review): object {
  const refused = objects.find((object) => sizeOf(object) === 'refused');
  const response =
    refused === undefined
      ? {
          result: { status: 'Success' },
          convertedObjects: objects.map((object) => converted(object, desiredAPIVersion)),
        }
      : {
          result: { status: 'Failure', message: `${refused.metadata.name} is refused` },
          convertedObjects: [],
        };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'ConversionReview',
    response: { uid, ...response },
  };
}

function sizeOf({ spec }: Gadget): string | undefined {
  return spec.size ?? spec.dimensions?.size;
}

function converted(object: Gadget, apiVersion: string): object {
  const { size: _older, dimensions: _newer, ...rest } = object.spec;
  const size = sizeOf(object);
  const spec = apiVersion.endsWith('/v1') ? { ...rest, size } : { ...rest, dimensions: { size } };
  return { ...object, apiVersion, spec };
}

const text = { type: 'string' };
const count = { type: 'integer' };
const status = { type: 'object', properties: { replicas: count } };

function version(name: string, storage: boolean, properties: object): object {
  return {
    name,
    served: true,
    storage,
    subresources: {
      status: {},
      scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
    },
    schema: {
      openAPIV3Schema: {
        type: 'object',
        properties: {
          spec: { type: 'object', properties: { replicas: count, ...properties } },
          status,
        },
      },
    },
  };
}

export function gadgets(url: string, ca: string): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gadgets.lab.example.com' },
    spec: {
      group: 'lab.example.com',
      scope: 'Namespaced',
      names: {
        plural: 'gadgets',
        singular: 'gadget',
        kind: 'Gadget',
        listKind: 'GadgetList',
      },
      versions: [
        version('v1', false, { size: { ...text, maxLength: 10 } }),
        version('v2', true, {
          dimensions: {
            type: 'object',
            properties: { size: text, unit: { ...text, default: 'cm' } },
          },
        }),
      ],
      conversion: {
        strategy: 'Webhook',
        webhook: {
          conversionReviewVersions: ['v1'],
          clientConfig: { url, caBundle: Buffer.from(ca).toString('base64') },
        },
      },
    },
  };
}
