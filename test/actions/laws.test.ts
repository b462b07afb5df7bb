// The action laws over every built-in action. Scenarios are listed by action name; one without any fails.

import { builtinActions } from '../../src/actions/index.ts';
import { actionLaws } from '../contracts/action-laws.ts';
import type { LawScenario } from '../contracts/action-laws.ts';
import { backupLaws } from './laws/backups.ts';
import { etcdAndAwsLaws } from './laws/etcd-and-aws.ts';
import { k8sLaws } from './laws/k8s.ts';

const scenarios: Readonly<Record<string, readonly LawScenario[]>> = {
  ...k8sLaws,
  ...etcdAndAwsLaws,
  ...backupLaws,
};

for (const action of builtinActions) actionLaws(action, scenarios[action.name]);
