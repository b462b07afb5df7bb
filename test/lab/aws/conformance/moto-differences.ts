// What moto_server (5.2.1) does otherwise than AWS documents it, each with a test that shows it. Whatever moto learns makes
// its test fail: then its entry goes. A rehearsal with moto shows nothing of these.

import { motoBatchDifferences, motoZoneDifferences } from './moto-route53-differences.ts';
import {
  motoAccessDifferences,
  motoDigestDifferences,
  motoUploadDifferences,
  motoVersionDifferences,
} from './moto-s3-differences.ts';
import type { KnownDifferences } from './rules.ts';

export const motoDifferences: KnownDifferences = {
  ...motoDigestDifferences,
  ...motoUploadDifferences,
  ...motoVersionDifferences,
  ...motoAccessDifferences,
  ...motoBatchDifferences,
  ...motoZoneDifferences,
};
