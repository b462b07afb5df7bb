// drctl lab: the rehearsal environment on this machine.

import type { InferredOptionTypes } from 'yargs';
import { defineCommand, defineFamily } from '../define-command.ts';

const dirFlag = {
  dir: { type: 'string', describe: 'Folder of the lab (default: .drctl/lab)' },
} as const;

export const worldFlags = {
  'highly-available': {
    alias: 'ha',
    type: 'boolean',
    default: false,
    describe: 'Three etcd members instead of one',
  },
  'node-pools': { type: 'number', describe: 'Node pools of the hosted cluster' },
  'node-pool-replicas': { type: 'number', describe: 'Nodes in each node pool' },
  neighbours: { type: 'boolean', default: true, describe: 'Other hosted clusters on both sides' },
  'endpoint-access': {
    choices: ['Public', 'PublicAndPrivate', 'Private'] as const,
    default: 'Public' as const,
    describe: "Who reaches the hosted cluster's API",
  },
  'external-dns-dead': {
    type: 'boolean',
    default: false,
    describe: "The source's external-dns has died",
  },
  secrets: { type: 'number', describe: "Secrets in the control plane's namespace" },
  backend: {
    choices: ['embedded', 'envtest'] as const,
    default: 'embedded' as const,
    describe: 'What serves Kubernetes: drctl itself, or real kube-apiserver and etcd',
  },
  aws: {
    choices: ['embedded', 'moto'] as const,
    default: 'embedded' as const,
    describe: 'What serves S3, Route53, IAM and STS: drctl itself, or moto_server',
  },
  crds: {
    type: 'string',
    describe: 'Folder with the real HyperShift and Cluster API definitions [env DRCTL_LAB_CRDS]',
  },
  'newer-destination': {
    type: 'boolean',
    default: false,
    describe: 'The destination prefers Cluster API v1beta2; needs --crds',
  },
  intervals: {
    choices: ['short', 'real'] as const,
    default: 'short' as const,
    describe:
      'How long pods, etcd, load balancers and external-dns take: a second or less, or as in earnest',
  },
  'time-scale': { type: 'number', describe: 'Multiplies every delay of the controllers' },
} as const;

export type WorldFlags = InferredOptionTypes<typeof worldFlags>;

const up = defineCommand({
  command: 'up',
  describe: 'Start the lab and print what fits the shipped runbook',
  positionals: {},
  flags: { ...dirFlag, ...worldFlags },
  examples: [
    ['drctl lab up', 'Two management clusters, a hosted cluster, S3, Route53'],
    ['drctl lab up --ha --endpoint-access Private', 'Another kind of hosted cluster'],
    ['drctl lab up --intervals real', 'A move takes minutes, as it will on the day'],
  ],
  work: async (args, cli) => (await import('../handlers/lab-up.ts')).labUp(args, cli),
});

/** What "up" runs in the background. */
const serve = defineCommand({
  command: 'serve',
  hidden: true,
  describe: 'Run the lab in this process until it is stopped',
  positionals: {},
  flags: { ...dirFlag, ...worldFlags },
  examples: [],
  work: async (args, cli) => (await import('../handlers/lab-serve.ts')).labServe(args, cli),
});

const status = defineCommand({
  command: 'status',
  describe: 'Show what is on both sides of the lab',
  positionals: {},
  flags: dirFlag,
  examples: [['drctl lab status', 'Hosted clusters, nodes, DNS, violations']],
  work: async (args, cli) => (await import('../handlers/lab.ts')).labStatus(args, cli),
});

const check = defineCommand({
  command: 'check',
  describe: 'Compare the end state with what must be, and list violations',
  positionals: {},
  flags: {
    ...dirFlag,
    expect: {
      choices: ['migrated', 'control-plane-only', 'recovered', 'unchanged'] as const,
      default: 'migrated' as const,
      describe: 'What the end state is compared with',
    },
  },
  examples: [
    ['drctl lab check', 'After apply'],
    ['drctl lab check --expect unchanged', 'After rollback'],
    ['drctl lab check --expect recovered', 'After a recovery without the source'],
  ],
  work: async (args, cli) => (await import('../handlers/lab.ts')).labCheck(args, cli),
});

const fail = defineCommand({
  command: 'fail <side>',
  describe: 'Lose a management cluster for good, with all that runs on it',
  positionals: {
    side: {
      choices: ['source', 'destination'] as const,
      describe: 'Which one',
      demandOption: true,
    },
  },
  flags: dirFlag,
  examples: [['drctl lab fail source', 'Then: drctl plan … --unavailable source']],
  work: async (args, cli) => (await import('../handlers/lab.ts')).labFail(args, cli),
});

const down = defineCommand({
  command: 'down',
  describe: 'Stop the lab',
  positionals: {},
  flags: dirFlag,
  examples: [['drctl lab down', 'Its files stay until the next "lab up"']],
  work: async (args, cli) => (await import('../handlers/lab.ts')).labDown(args, cli),
});

const demo = defineCommand({
  command: 'demo',
  describe: 'The whole story: lab up, plan, apply, check, lab down',
  positionals: {},
  flags: worldFlags,
  examples: [['drctl lab demo', 'About a minute; changes nothing outside its own folder']],
  work: async (args, cli) => (await import('../handlers/lab-demo.ts')).labDemo(args, cli),
});

export const labCommand = defineFamily({
  name: 'lab',
  describe: 'The rehearsal environment: two management clusters, S3 and Route53 on loopback',
  commands: [up, status, check, fail, down, demo, serve],
});
