// Door of the reports.

export { reportRun } from './report-run.ts';
export type { OutageReport, RunReport } from './report-run.ts';
export type { Chain, Link } from './chain.ts';
