// Exec into a pod of a management cluster, by whichever way the request came: the embedded server's own, or a real
// kube-apiserver that hands it on to the lab's kubelet.

import { kinds } from '../cluster/kinds.ts';
import { listAt, textAt } from '../cluster/objects.ts';
import type { SideName } from '../cluster/side.ts';
import { NoSuchContainerError, type ExecHandler, type ExecRequest } from '../kube/index.ts';
import type { World } from '../world/world.ts';
import { fail, type CommandResult } from './command.ts';
import { runCommand } from './shell.ts';

/** `world`: known once the lab has started; nobody execs before. */
export function execHandler(name: SideName, world: () => World): ExecHandler {
  return async (request, streams) => {
    const result = await execInPod(world(), name, request);
    if (result.stdout.length > 0) await streams.stdout(result.stdout);
    if (result.stderr !== '') await streams.stderr(Buffer.from(result.stderr));
    return result.code;
  };
}

/** Throws before the first await when there is no such container, so that it is still an HTTP answer. */
function execInPod(world: World, name: SideName, request: ExecRequest): Promise<CommandResult> {
  const pod = world.sides[name].get(kinds.pod, request.namespace, request.pod);
  const containers = listAt(pod, 'spec', 'containers').map((entry) => textAt(entry, 'name') ?? '');
  const container = request.container === '' ? (containers[0] ?? '') : request.container;
  if (!containers.includes(container)) throw new NoSuchContainerError(container, request.pod);
  if (pod === undefined || textAt(pod, 'status', 'phase') !== 'Running') {
    return Promise.resolve(fail(`container of pod ${request.pod} is not running`));
  }
  return runCommand(request.command, world.planes[name].commandContext(pod, container));
}
