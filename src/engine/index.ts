// The engine's only door: nothing outside imports a deeper path.

export type * from './contracts/json.ts';
export type * from './contracts/problem.ts';
export type * from './contracts/change.ts';
export type * from './contracts/action.ts';
export { hiddenText } from './contracts/action.ts';
export type * from './contracts/runbook.ts';
export type * from './contracts/past-run.ts';
export type * from './contracts/plan.ts';
export type * from './contracts/saved-plan.ts';
export type * from './contracts/selection.ts';
export type * from './contracts/permission.ts';
export type { Foreseen, ForeseenFields, Unknown } from './contracts/foreseen.ts';
export type * from './contracts/journal-event.ts';
export type * from './contracts/store.ts';
export type * from './contracts/system.ts';
export type { DrctlErrorOptions, ErrorRecord } from './contracts/errors.ts';
export type { ErrorCode } from './contracts/error-catalogue.ts';
export type { Registry } from './contracts/registry.ts';
export { defineAction } from './contracts/action.ts';
export type { ReadActionSpec } from './contracts/read-action.ts';
export { defineReadAction } from './contracts/read-action.ts';
export {
  isUnknown,
  known,
  knownText,
  mayBe,
  patternOf,
  unknownText,
} from './contracts/foreseen.ts';
export { apiGroupOf, covers, everyKind, isPath } from './contracts/permission.ts';
export {
  CelExpression,
  Duration,
  FilledInLater,
  Sensitive,
  TargetName,
} from './contracts/schema-types.ts';
export { DrctlError } from './contracts/errors.ts';
export { errorCatalogue } from './contracts/error-catalogue.ts';
export { InvariantError, assertNever, invariant } from './contracts/invariant.ts';
export { closest } from './contracts/closest.ts';
export { createRegistry } from './contracts/registry.ts';
export { formatDuration, parseDuration } from './contracts/duration.ts';
export { parseTime } from './contracts/time.ts';
export { counted, listSome } from './contracts/words.ts';

// Running: the journal, what is known from it, and carrying out, resuming and undoing runs.
export type * from './running/run-state.ts';
export type { RunResult, RunSession } from './running/run-session.ts';
export type { OpenRunOptions } from './running/open-run.ts';
export type { RollbackOptions } from './running/rollback-run.ts';
export type { CleanupPreview } from './running/cleanup-run.ts';
export type { DecideOptions, Decided } from './running/decide-step.ts';
export type {
  InstanceSummary,
  PhaseSummary,
  RollbackPreview,
  RunSummary,
  StepSummary,
} from './running/summary.ts';
export type { UndoProspect } from './running/undo-prospect.ts';
export { cleanupRun, previewCleanup } from './running/cleanup-run.ts';
export { createFold, fold } from './running/fold.ts';
export { isOver, stepOfInstance } from './running/run-state.ts';
export { startRun } from './running/start-run.ts';
export { resumeRun, runFinished } from './running/resume-run.ts';
export { rollbackRun } from './running/rollback-run.ts';
export { approvalStanding, personOf } from './running/phase-approvals.ts';
export type { ApprovalStanding } from './running/phase-approvals.ts';
export { peopleText } from './running/approve-phase.ts';
export { phaseToApprove, recordApproval, waitingPhase } from './running/record-approval.ts';
export { decideStep } from './running/decide-step.ts';
export { halfWayText, refusedHalfWay } from './running/half-way.ts';
export { givenUpIn, previewRollback, summarizeRun } from './running/summary.ts';
export { pastRun } from './running/past-run.ts';
export type { OpenOutage } from './running/open-outages.ts';
export { openOutages } from './running/open-outages.ts';
export { targetsToConfirm } from './running/target-to-confirm.ts';
export { standingOf } from './running/standing.ts';
export type { JournalDecoder, JournalEnd } from './running/journal.ts';
export {
  createJournalDecoder,
  mistrustHint,
  decodeJournal,
  digestLine,
  digestRecord,
  emptyJournal,
  encodeRecord,
  nextRecord,
  tornNotice,
} from './running/journal.ts';

// Checking a run that is kept, and its files while it goes on.
export type { AuditFinding, AuditPart } from './auditing/finding.ts';
export type { RunAudit } from './auditing/audit-run.ts';
export type { ArtifactLedger } from './auditing/recorded-artifacts.ts';
export { auditRun } from './auditing/audit-run.ts';
export { verifiedArtifacts } from './auditing/audit-artifacts.ts';
export { createArtifactLedger } from './auditing/recorded-artifacts.ts';
export { headerProblems } from './running/record-shape.ts';

// The runbook language
export type { Rendered } from './language/render-value.ts';
export type { RenderedParams } from './language/render-params.ts';
export type { Evaluated } from './language/evaluate.ts';
export type { Redactor } from './language/redactor.ts';
export type { EnvAssignment, EnvFile } from './language/env-file.ts';
export type { EnvSources, ResolvedEnv } from './language/resolve-env.ts';
export type { RenderedTarget } from './language/render-targets.ts';
export { renderValue } from './language/render-value.ts';
export { renderParams } from './language/render-params.ts';
export { evaluateExpression, stepReferences } from './language/evaluate.ts';
export { validateOutputs, validateParams } from './language/validate-params.ts';
export { createRedactor } from './language/redactor.ts';
export { parseEnvFile } from './language/env-file.ts';
export { envScope, fileValues, resolveEnv } from './language/resolve-env.ts';
export { renderTargets } from './language/render-targets.ts';
export { renderVars } from './language/render-vars.ts';
export { reachOnly } from './language/reach-only.ts';
export { runScope } from './language/run-scope.ts';
export { loadRunbook, loadRunbookFromSources } from './language/load-runbook.ts';
export type { LoadOptions } from './language/load-runbook.ts';
export { formatProblem } from './language/format-problem.ts';
export { isNestedTooDeeply } from './language/yaml-depth.ts';
export { runbookSchema } from './language/runbook-schema.ts';
export { celFunctions } from './language/cel-functions.ts';
export { templateHelpers } from './language/template-helpers.ts';

// Planning
export type { Session } from './planning/session.ts';
export type { ChangeCounts, PlanSummary } from './planning/plan-summary.ts';
export { canonicalJson, digestEnv, digestJson } from './planning/digest.ts';
export { levelsOf, topologicalOrder, transitiveNeeds } from './planning/graph.ts';
export { patiently } from './planning/patiently.ts';
export { choiceFlags } from './planning/choice-words.ts';
export { selectSteps } from './planning/select-steps.ts';
export type { RestOfRunbook } from './planning/rest-of-runbook.ts';
export { restOfRunbook } from './planning/rest-of-runbook.ts';
export { withDeadline } from './planning/deadline.ts';
export type { PlannedFor } from './planning/plan-digest.ts';
export { planDigest } from './planning/plan-digest.ts';
export { planRun } from './planning/plan-run.ts';
export {
  decodeSavedPlan,
  encodeSavedPlan,
  looksLikePlan,
  savedClusters,
} from './planning/saved-plan.ts';
export { savedPlanSchema } from './planning/saved-plan-schema.ts';
export type { FieldMove, Move, ObjectMove } from './planning/moves.ts';
export { comparePlans, isRefusedAnyway } from './planning/compare-plans.ts';
export type { Surroundings } from './planning/compare-surroundings.ts';
export { compareSurroundings } from './planning/compare-surroundings.ts';
export type {
  CollectedPermissions,
  NeededPermission,
  PermissionUse,
} from './planning/permissions/collect-permissions.ts';
export { collectPermissions } from './planning/permissions/collect-permissions.ts';
export { scopeAhead } from './planning/permissions/scope-ahead.ts';
export { hasChanges, summarizePlan } from './planning/plan-summary.ts';
export { exceedsRisk, risksOf } from './planning/risk.ts';
