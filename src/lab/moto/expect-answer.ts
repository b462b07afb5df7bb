// An answer of AWS that must be a success, or else an error with what the server said.

import type { AwsAnswer } from '../world/aws-client.ts';

export function expectAnswer(what: string, answer: AwsAnswer): string {
  const text = answer.body.toString('utf8');
  if (answer.status >= 200 && answer.status < 300) return text;
  throw new Error(`${what} was refused with ${answer.status}: ${text}`);
}
