// Parameters that all etcd actions share, and how they become the members' pods. Members are found by label, and
// a pod that is going away is never counted as one.

import { Type } from 'typebox';
import { TargetName } from '../../../engine/index.ts';

export const memberParams = {
  target: TargetName('kubernetes'),
  namespace: Type.String({ description: 'Namespace of the etcd pods', minLength: 1 }),
  selector: Type.Optional(
    Type.String({ description: 'Label selector of the etcd pods', default: 'app=etcd' }),
  ),
  container: Type.Optional(
    Type.String({ description: 'Container with etcd and its tools', default: 'etcd' }),
  ),
};
