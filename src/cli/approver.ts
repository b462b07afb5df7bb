// Asks the person at the keyboard. Flags answer beforehand; without a terminal and without a flag nobody says yes.

import { createInterface } from 'node:readline/promises';
import { DrctlError } from '../engine/index.ts';
import type { Approval, ApprovalRequest, Approver, Operator } from '../engine/index.ts';
import type { Cli } from './command.ts';
import { wrapped } from './views/table.ts';

/** Room for what is typed on the line of the question. */
const MIN_ANSWER_COLUMNS = 12;

export interface ApprovalArgs {
  readonly autoApprove: boolean;
  readonly approve: readonly string[];
}

export interface ApproverOptions extends ApprovalArgs {
  readonly by: Operator;
  now(): Date;
  /** What a person should see before the question about this subject, beside its message. */
  details(subject: string): readonly string[];
  /** Around a question: the view steps aside and comes back. */
  aside<T>(ask: () => Promise<T>): Promise<T>;
}

export function createApprover(options: ApproverOptions, cli: Cli): Approver {
  const approval = (how: Approval['how']): Approval => ({
    by: `${options.by.user}@${options.by.host}`,
    at: options.now().toISOString(),
    how,
  });
  return {
    async approve(request) {
      if (options.approve.includes(request.subject)) return approval('flag');
      if (options.autoApprove) return approval('auto-approve');
      if (!canAsk(cli)) throw nobodyToAsk(request);
      return options.aside(async () => {
        for (const line of options.details(request.subject)) cli.output.error(line);
        const answer = await question(request, cli);
        if (!isYes(answer, request)) {
          throw new DrctlError('DECLINED', `"${request.message}" was answered with no`);
        }
        return approval('prompt');
      });
    },
  };
}

/** There is a person at a terminal. */
export function canAsk(cli: Cli): boolean {
  return cli.io.stdin.isTTY === true && cli.io.stderr.isTerminal;
}

function nobodyToAsk(request: ApprovalRequest & { readonly subject: string }): DrctlError {
  const { message } = request;
  return new DrctlError(
    'APPROVAL_NEEDED',
    `${message}${/[.?!]$/.test(message) ? '' : '.'} Nobody can be asked: this is not a terminal`,
    { hint: `Add --approve ${request.subject}, or --auto-approve for everything` },
  );
}

function isYes(answer: string, { typed }: ApprovalRequest): boolean {
  const text = answer.trim();
  return typed === undefined ? /^y(es)?$/i.test(text) : text === typed;
}

async function question(request: ApprovalRequest, cli: Cli): Promise<string> {
  const { noteStyle } = cli.output;
  const how =
    request.typed === undefined ? '[y/N]' : `Type ${noteStyle.bold(request.typed)} to say yes:`;
  const asked = `${noteStyle.bold(cli.output.mask(request.message))} ${how}`;
  // The line that is typed into begins at the margin: the editor of the line counts its columns.
  const lead = wrapped(asked, cli.io.stderr.columns - MIN_ANSWER_COLUMNS);
  const text = `${lead.at(-1)?.trimStart() ?? ''} `;
  for (const line of lead.slice(0, -1)) cli.output.error(line);
  const lines = createInterface({ input: cli.io.stdin, output: process.stderr, terminal: true });
  // While a line is read the terminal is in raw mode, and Ctrl-C arrives here instead of as a signal.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return await lines.question(text, { signal: cli.stops.interrupt });
  } catch (error) {
    cli.stops.interrupt.throwIfAborted();
    // Ctrl-D, or a terminal that was closed: no answer is no.
    if (error instanceof Error && error.name === 'AbortError') return '';
    throw error;
  } finally {
    lines.close();
  }
}
