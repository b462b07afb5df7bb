// The EC2 instances: the customer's running workers. They outlive every Kubernetes object that stands for them, and a
// terminated one never comes back.

import { randomBytes } from 'node:crypto';
import type { Recorder } from './recorder.ts';
import { REGION } from './settings.ts';

export interface Instance {
  readonly id: string;
  /** Of the hosted cluster that it works for. */
  readonly infraId: string;
  readonly zone: string;
  readonly nodeName: string;
  readonly state: 'running' | 'terminated';
}

export class Instances {
  private readonly instances = new Map<string, Instance>();
  private readonly recorder: Recorder;

  constructor(recorder: Recorder) {
    this.recorder = recorder;
  }

  create(infraId: string): Instance {
    const number = this.instances.size;
    const instance: Instance = {
      id: `i-${randomBytes(8).toString('hex')}`,
      infraId,
      zone: `${REGION}${number % 2 === 0 ? 'a' : 'b'}`,
      nodeName: `ip-10-0-${Math.floor(number / 200) + 128}-${(number % 200) + 10}.${REGION}.compute.internal`,
      state: 'running',
    };
    this.instances.set(instance.id, instance);
    this.recorder.record(
      'instance-created',
      instance.id,
      `A new EC2 instance was made for ${infraId}; the workers should have been taken over as they are`,
    );
    return instance;
  }

  terminate(id: string, because: string): void {
    const instance = this.instances.get(id);
    if (instance === undefined || instance.state === 'terminated') return;
    this.instances.set(id, { ...instance, state: 'terminated' });
    this.recorder.record(
      'instance-terminated',
      id,
      `EC2 instance ${id} (${instance.nodeName}) was terminated: ${because}`,
    );
  }

  get(id: string): Instance | undefined {
    return this.instances.get(id);
  }

  all(infraId?: string): readonly Instance[] {
    return [...this.instances.values()].filter(
      (instance) => infraId === undefined || instance.infraId === infraId,
    );
  }
}

/** "aws:///us-west-1a/i-0ab…" */
export function providerIdOf(instance: Instance): string {
  return `aws:///${instance.zone}/${instance.id}`;
}

export function instanceIdOf(providerId: string | undefined): string | undefined {
  return providerId?.split('/').at(-1);
}
