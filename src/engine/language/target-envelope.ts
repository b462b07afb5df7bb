// Targets in the runbook's schema: how each type is connected to, and what counts when it is away.

import { Type } from 'typebox';
import { optional, strict, text } from './envelope-parts.ts';

const laterText = 'It need not answer while planning: its steps are planned when their turn comes';
const mayBeDown = optional(Type.Boolean({ default: false, description: laterText }));
const confirmUnavailable = optional(
  Type.Object(
    {
      message: text('What the person confirms; a template over env and vars'),
      typed: optional(text('Text that must be typed to say yes; a template')),
    },
    {
      ...strict,
      description:
        'What a person confirms when it is given up with --unavailable, before guards with whenUnavailable: approve let steps pass',
    },
  ),
);

const kubernetesTarget = Type.Object(
  {
    type: Type.Literal('kubernetes'),
    kubeconfig: text('Path of a kubeconfig file'),
    context: optional(text('A context of it; its current one when absent')),
    mayBeDown,
    confirmUnavailable,
  },
  strict,
);

const awsTarget = Type.Object(
  {
    type: Type.Literal('aws'),
    region: text('AWS region'),
    credentialsFile: optional(text('Path of a shared credentials file')),
    profile: optional(text('A profile of it')),
    endpoint: optional(text('URL of an S3- and Route53-compatible server')),
    caBundle: optional(text('Path of a PEM file with the certificates to trust')),
    mayBeDown,
    confirmUnavailable,
  },
  strict,
);

export const targetSchema = Type.Union([kubernetesTarget, awsTarget]);
