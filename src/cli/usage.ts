// A command line that cannot be understood, as an error like every other.

/** Throws USAGE with the nearest flag or command. */
export async function explainUsage(message: string, argv: readonly string[]): Promise<never> {
  const { DrctlError, closest } = await import('../engine/index.ts');
  const flags = await import('./flags.ts');
  const names = [
    ...Object.keys({
      ...flags.commonFlags,
      ...flags.inputFlags,
      ...flags.stateFlags,
      ...flags.planFlags,
      ...flags.takeoverFlags,
      ...flags.approvalFlags,
    }),
    'full',
    'offline',
    'detailed-exitcode',
    'preview',
    'force',
    'to',
    'reason',
    'dir',
    'expect',
  ];
  const typed = argv.filter((word) => word.startsWith('--')).map((word) => word.slice(2));
  const unknown = typed.find((word) => message.includes(word.split('=', 1)[0] ?? word));
  const near = unknown === undefined ? undefined : closest(unknown, names);
  const command = argv.find((word) => !word.startsWith('-'));
  const help = command === undefined ? 'drctl --help' : `drctl ${command} --help`;
  const meant = near === undefined || near === unknown ? '' : `Did you mean --${near}? `;
  const suggestion = /^Did you mean (.+)\?$/.exec(message)?.[1];
  if (suggestion !== undefined) {
    throw new DrctlError('USAGE', `There is no command "${command ?? ''}"`, {
      hint: `Did you mean "${suggestion}"? See "drctl --help"`,
    });
  }
  const [first = message, ...rest] = message.split('\n').filter((line) => line.trim() !== '');
  throw new DrctlError('USAGE', [first, ...rest].join('; '), { hint: `${meant}See "${help}"` });
}
