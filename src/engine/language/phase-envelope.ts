// Phases in the runbook's schema, beside their guards and steps: what people have to agree to before one begins.

import { Type } from 'typebox';
import { optional, strict, text } from './envelope-parts.ts';

/** More people than this do not come together in the middle of a recovery. */
const MAX_APPROVALS = 5;

export const approvalFields = {
  approval: optional(
    Type.Enum(['none', 'required'], {
      description: 'A person confirms before it begins',
      default: 'none',
    }),
  ),
  approvals: optional(
    Type.Integer({
      minimum: 1,
      maximum: MAX_APPROVALS,
      description: 'So many different people have to approve; implies approval: required',
    }),
  ),
  confirm: optional(
    Type.Object(
      {
        message: text('What is confirmed; a template over env and vars'),
        typed: optional(text('Text that must be typed to say yes; a template')),
      },
      {
        ...strict,
        description: 'What a person is asked before it begins; implies approval: required',
      },
    ),
  ),
};
