// The rule about names that belong to one installation.

import type { Json } from '../../../engine/index.ts';
import type { Rule } from '../finding.ts';
import { stringsIn } from '../texts.ts';

/** What belongs to one installation, by how it looks. The shapes are those of AWS's and Kubernetes' own documentation. */
const INSTALLATION: readonly (readonly [RegExp, string])[] = [
  [/\barn:aws[\w-]*:[^\s{}]*/, 'an ARN'],
  [/\b(?:i|vpc|subnet|sg|vol|ami|eni|snap)-[0-9a-f]{8,17}\b/, 'the id of an AWS resource'],
  [
    /\b(?:af|ap|ca|cn|eu|il|me|mx|sa|us)-(?:gov-)?(?:north|south|east|west|central)+-\d\b/,
    'an AWS region',
  ],
  [/(?<![\w-])Z[A-Z0-9]{12,31}(?![\w-])/, 'a Route53 zone'],
  [/\bhttps?:\/\/[^\s'"{}]+/, 'a URL'],
  [/(?<![\w.{}/])\/(?:home|root|tmp|Users)\/[^\s'"]+/, 'a path of one machine'],
];

export const spelledOut: Rule = {
  name: 'spelled-out',
  describe: 'A name of one installation stands in a step, so that the runbook fits nowhere else',
  find({ runbook }) {
    const steps = [
      ...runbook.phases.flatMap((phase) => phase.steps),
      ...[...runbook.rollback.values()].flat(),
    ];
    const guards = runbook.phases.flatMap((phase) => phase.guards);
    return [...steps, ...runbook.preconditions, ...guards].flatMap((one) =>
      stringsIn(one.with as Json).flatMap((text) =>
        INSTALLATION.flatMap(([shape, what]) => {
          const found = shape.exec(text)?.[0];
          if (found === undefined) return [];
          return [
            {
              message: `${one.id} spells out ${what}: ${found}`,
              at: one.at,
              hint: 'Declare it under "env", and write {{env.NAME}}',
            },
          ];
        }),
      ),
    );
  },
};
