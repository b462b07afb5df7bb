// Door of the reports.

export { reportRun } from './report-run.ts';
export { reportTime } from './time-report.ts';
export type { OutageReport, TimeReport } from './time-report.ts';
export type { Chain, Link } from './chain.ts';
export type { RunReport } from './model.ts';
export { reportHtml } from './render/html.ts';
export { reportMarkdown } from './render/markdown.ts';
export { looksLikeReport, reportJson } from './render/documents.ts';
