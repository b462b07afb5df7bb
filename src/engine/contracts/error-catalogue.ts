// Every error code that drctl can end with: its exit code and what it means. Behaviour comes from this table,
// never from message texts. `docs/failures.md` has one section for each code.
// Exit codes: 1 a step failed, 2 usage or invalid input, 3 a precondition or guard refused, 4 conflict,
// 5 waits for a person, 70 bug in drctl, 130 interrupted.

interface CatalogueEntry {
  readonly exitCode: 1 | 2 | 3 | 4 | 5 | 130;
  readonly meaning: string;
}

export const errorCatalogue = {
  USAGE: { exitCode: 2, meaning: 'The command line is wrong' },
  RUNBOOK_INVALID: { exitCode: 2, meaning: 'The runbook has errors' },
  RUNBOOK_VERSION: {
    exitCode: 2,
    meaning: 'The runbook is of an apiVersion this drctl cannot run',
  },
  FILE_UNREADABLE: { exitCode: 2, meaning: 'A file that was named cannot be read' },
  FILE_UNWRITABLE: { exitCode: 2, meaning: 'A file that was named cannot be written' },
  PLAN_INVALID: { exitCode: 2, meaning: 'The file is no saved plan that this drctl can use' },
  ENV_INVALID: { exitCode: 2, meaning: 'A value for the runbook is missing or malformed' },
  ACTION_UNKNOWN: { exitCode: 2, meaning: 'No action of that name is registered' },
  ACTION_DUPLICATE: { exitCode: 2, meaning: 'Two actions are registered under one name' },
  VALUE_UNRESOLVED: { exitCode: 2, meaning: 'A template or expression names something unknown' },
  PARAMS_INVALID: { exitCode: 2, meaning: 'Rendered parameters do not fit the action’s schema' },
  TARGET_INVALID: {
    exitCode: 2,
    meaning: 'A target cannot be set up: kubeconfig or credentials unusable',
  },

  PRECONDITION_FAILED: { exitCode: 3, meaning: 'A precondition does not hold' },
  GUARD_REFUSED: { exitCode: 3, meaning: 'A guard does not hold, so the step was not begun' },
  ASSERTION_FAILED: { exitCode: 3, meaning: 'A k8s.assert, s3.assert or dns.assert does not hold' },
  PROTECTED: { exitCode: 3, meaning: 'The object is one that drctl refuses to destroy' },
  BACKUP_MISSING: {
    exitCode: 3,
    meaning: 'There is no backup that is complete and whole',
  },
  SELECTION_EMPTY: {
    exitCode: 3,
    meaning: 'A selection matched nothing where something was expected',
  },
  POINT_OF_NO_RETURN: { exitCode: 3, meaning: 'Rollback would go back past a point of no return' },
  DECLINED: { exitCode: 3, meaning: 'The person at the keyboard said no' },

  RUN_LOCKED: { exitCode: 4, meaning: 'Another process works on this run' },
  RUN_NOT_FOUND: { exitCode: 2, meaning: 'There is no run of that id' },
  RUN_EXISTS: { exitCode: 4, meaning: 'A run of that id exists already' },
  RUN_FINISHED: { exitCode: 4, meaning: 'The run has ended; there is nothing to resume' },
  RUN_MISMATCH: { exitCode: 4, meaning: 'The run belongs to another runbook or other inputs' },
  PLAN_STALE: { exitCode: 4, meaning: 'What the saved plan was made for has moved since' },
  LEASE_LOST: {
    exitCode: 4,
    meaning: 'Another process took this run over; nothing more was done here',
  },
  STORE_UNWRITABLE: {
    exitCode: 2,
    meaning: 'The run’s state cannot be written, so nothing was done',
  },
  JOURNAL_CORRUPT: { exitCode: 5, meaning: 'The journal is damaged' },
  JOURNAL_VERSION: {
    exitCode: 4,
    meaning: 'The journal was written in a format this drctl does not know',
  },
  JOURNAL_ILLEGAL: {
    exitCode: 5,
    meaning: 'The journal holds an event that cannot follow the one before it',
  },

  STEP_FAILED: { exitCode: 1, meaning: 'A step failed' },
  STEP_TIMEOUT: { exitCode: 1, meaning: 'A step did not end within its timeout' },
  STEP_UNCLEAR: {
    exitCode: 5,
    meaning: 'Whether a step took effect cannot be told; a person must look',
  },
  APPROVAL_NEEDED: { exitCode: 5, meaning: 'The run waits for a person’s approval' },
  RISK_RAISED: { exitCode: 5, meaning: 'A step turned out riskier than what was approved' },
  ROLLBACK_STUCK: { exitCode: 5, meaning: 'An undo failed; a person must look' },
  INTERRUPTED: { exitCode: 130, meaning: 'The run was interrupted and can be resumed' },

  CLIENT_UNREACHABLE: { exitCode: 1, meaning: 'A server does not answer' },
  CLIENT_THROTTLED: { exitCode: 1, meaning: 'A server asks to slow down' },
  CLIENT_UNAUTHENTICATED: { exitCode: 1, meaning: 'A server does not accept the credentials' },
  CLIENT_DENIED: { exitCode: 1, meaning: 'The caller may not do this' },
  CLIENT_NOT_FOUND: { exitCode: 1, meaning: 'What was asked for does not exist' },
  CLIENT_CONFLICT: { exitCode: 1, meaning: 'The object was changed or re-created meanwhile' },
  CLIENT_INVALID: { exitCode: 1, meaning: 'A server refused the request as invalid' },
  CLIENT_EXPIRED: { exitCode: 1, meaning: 'A list or watch position is too old (HTTP 410)' },
  DATA_CORRUPT: { exitCode: 1, meaning: 'Bytes do not have the checksum they must have' },
  EXEC_FAILED: { exitCode: 1, meaning: 'A command in a container failed' },
  LAB_FAILED: { exitCode: 1, meaning: 'The rehearsal environment does not work as it must' },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof errorCatalogue;
