/**
 * The formats of a run's report: one file each. A format is a pure function from the document to its text, in pieces, so that
 * the text of thousands of VMs is never in memory at once; what the document says is made harmless here to whatever shows it.
 */
import { cell, harmless, markdown, markup } from '../text/harmless.js';
import { csvReport } from './csv.js';
import type { ReportDocument } from './document.js';
import { htmlReport } from './html/report.js';
import { jsonReport } from './json.js';
import { junitReport } from './junit.js';
import { markdownReport } from './markdown.js';
import { reportOf } from './rows.js';
import { terraformReport } from './terraform.js';
import { textReport } from './text.js';

export type Formatter = (document: ReportDocument) => Iterable<string>;

export const REPORT_FORMATS = {
  text: (document) => [textReport(harmless(reportOf(document)))],
  json: jsonReport,
  csv: (document) => csvReport(harmless(document, cell)),
  md: (document) => markdownReport(harmless(document, markdown)),
  html: (document) => htmlReport(harmless(document, markup)),
  junit: (document) => junitReport(harmless(document, markup)),
  terraform: (document) => terraformReport(harmless(document)),
} satisfies Record<string, Formatter>;

export type ReportFormat = keyof typeof REPORT_FORMATS;

export const REPORT_FORMAT_NAMES = Object.keys(REPORT_FORMATS) as ReportFormat[];
