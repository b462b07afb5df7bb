// Parameters that the DNS actions share.

import { Type } from 'typebox';
import { TargetName } from '../../engine/index.ts';

export const zoneParams = {
  target: TargetName('aws'),
  zone: Type.String({ description: 'Id of the Route53 hosted zone', minLength: 1 }),
};

/** How external-dns names its TXT ownership records; HyperShift installs it with the suffix "-external-dns". */
export const namingParams = {
  txtSuffix: Type.Optional(
    Type.String({ description: 'external-dns --txt-suffix', default: '-external-dns' }),
  ),
  txtPrefix: Type.Optional(Type.String({ description: 'external-dns --txt-prefix', default: '' })),
};
