/*
 * A CustomResourceDefinition with everything the tests ask of one: versions, subresources, defaults,
 * limits, a keyed list, unknown fields kept in one place, a CEL rule and printer columns.
 */
const spec = {
  type: 'object',
  required: ['size'],
  properties: {
    size: { type: 'string', enum: ['S', 'L'] },
    count: { type: 'integer', minimum: 1, maximum: 5, default: 2 },
    urls: { type: 'array', maxItems: 1, items: { type: 'string', maxLength: 20 } },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    fixed: {
      type: 'string',
      'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'fixed is immutable' }],
    },
    parts: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string' }, value: { type: 'integer' } },
      },
    },
  },
};

const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

export const widgets = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.lab.example.com' },
  spec: {
    group: 'lab.example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', shortNames: ['wd'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [
          { name: 'Size', type: 'string', jsonPath: '.spec.size' },
          {
            name: 'Ready',
            type: 'string',
            jsonPath: '.status.conditions[?(@.type=="Ready")].status',
          },
        ],
        schema: { openAPIV3Schema: { type: 'object', properties: { spec, status: open } } },
      },
      { name: 'v1beta1', served: true, storage: false, schema: { openAPIV3Schema: open } },
      { name: 'v1alpha1', served: false, storage: false, schema: { openAPIV3Schema: open } },
    ],
  },
};
