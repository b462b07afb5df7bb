// argv → exit code. Parses the command line and hands over; nothing heavy is loaded before a command needs it.

import yargs from 'yargs';
import { actionsCommand } from './commands/actions.ts';
import { approveCommand } from './commands/approve.ts';
import { applyCommand } from './commands/apply.ts';
import { auditCommand } from './commands/audit.ts';
import { cleanupCommand } from './commands/cleanup.ts';
import { completionCommand } from './commands/completion.ts';
import { decisionCommands } from './commands/decisions.ts';
import { diffCommand } from './commands/diff.ts';
import { docCommand } from './commands/doc.ts';
import { doctorCommand } from './commands/doctor.ts';
import { envCommand } from './commands/env.ts';
import { fmtCommand } from './commands/fmt.ts';
import { graphCommand } from './commands/graph.ts';
import { initCommand } from './commands/init.ts';
import { labCommand } from './commands/lab.ts';
import { lintCommand } from './commands/lint.ts';
import { planCommand } from './commands/plan.ts';
import { reportCommand } from './commands/report.ts';
import { resumeCommand } from './commands/resume.ts';
import { rollbackCommand } from './commands/rollback.ts';
import { runsCommand } from './commands/runs.ts';
import { schemaCommand } from './commands/schema.ts';
import { showCommand } from './commands/show.ts';
import { statusCommand } from './commands/status.ts';
import { unlockCommand } from './commands/unlock.ts';
import { validateCommand } from './commands/validate.ts';
import { runCommand } from './command.ts';
import type { Start, Started } from './command.ts';
import { namesOf } from './define-command.ts';
import { flagFaults } from './flag-faults.ts';
import { commonFlags } from './flags.ts';
import type { Io } from './io.ts';
import { explainUsage } from './usage.ts';
import type { Named } from './usage.ts';
import { drctlVersion } from './version.ts';

type Flags = Named['flags'];

const MAX_HELP_COLUMNS = 110;
/** Thrown once a command has begun: yargs would go on and lay out the help, which nobody asked for. */
const understood = new Error('The command line is understood');

/** Resolves with the exit code; never rejects for anything a person can do something about. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let started: Started | undefined;
  let failure: string | undefined;
  const named: Named[] = [];
  const start: Start = {
    begin: (one) => {
      started = one;
      throw understood;
    },
    named: (one) => {
      named.push(one);
    },
  };
  const commands = [
    initCommand(start),
    validateCommand(start),
    lintCommand(start),
    fmtCommand(start),
    docCommand(start),
    graphCommand(start),
    diffCommand(start),
    doctorCommand(start),
    planCommand(start),
    showCommand(start),
    applyCommand(start),
    resumeCommand(start),
    rollbackCommand(start),
    cleanupCommand(start),
    approveCommand(start),
    ...decisionCommands(start),
    statusCommand(start),
    runsCommand(start),
    reportCommand(start),
    auditCommand(start),
    envCommand(start),
    actionsCommand(start),
    schemaCommand(start),
    unlockCommand(start),
    labCommand(start),
    completionCommand(start),
  ];
  named.push({ command: '', flags: {}, positionals: {}, commands: namesOf(commands) });
  const parser = yargs([...argv])
    .scriptName('drctl')
    // What drctl says is in English, and explained below by what yargs says in English.
    .detectLocale(false)
    .usage(
      'drctl <command> [options]\n\nRuns disaster-recovery runbooks: plans first, checkpoints every step, resumes after any crash.',
    )
    .parserConfiguration({ 'duplicate-arguments-array': true, 'camel-case-expansion': true })
    .options(commonFlags)
    .command(commands)
    .demandCommand(1)
    .strict()
    .help()
    .alias('help', 'h')
    .version(drctlVersion())
    .wrap(Math.min(io.stdout.columns, MAX_HELP_COLUMNS))
    .epilogue(
      'Exit codes: 0 done, 1 a step failed, 2 usage, 3 refused, 4 conflict, 5 waits for a person, 130 interrupted',
    )
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message: string | null, error: Error | undefined) => {
      if (message === null && error !== undefined) throw error;
      failure ??= message ?? 'The command line cannot be read';
    });
  try {
    await parser.parseAsync([...argv], {}, (_error, _parsed, output) => {
      if (output !== '' && failure === undefined) io.stdout.write(`${output}\n`);
    });
  } catch (error) {
    if (error !== understood) throw error;
  }
  // Help and the version hand nothing over, and are given whatever else is on the line.
  if (failure === undefined && started !== undefined) {
    const flags = Object.assign({}, commonFlags, ...named.map((one) => one.flags)) as Flags;
    const faults = flagFaults(argv, flags);
    if (faults.length > 0) failure = faults.join('; ');
  }
  if (failure !== undefined) {
    started = {
      flags: { json: argv.includes('--json') },
      work: () => explainUsage(failure ?? '', { argv, named }),
    };
  }
  return started === undefined ? 0 : runCommand(started, io);
}
