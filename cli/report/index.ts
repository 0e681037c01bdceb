/** The formats of a run's report: one file each. A format is a pure function from the report to text. */
import type { RunReport } from '../../contract/report.js';
import { jsonReport } from './json.js';
import { textReport } from './text.js';

export type Formatter = (report: RunReport) => string;

export const REPORT_FORMATS = {
  text: textReport,
  json: jsonReport,
} satisfies Record<string, Formatter>;

export type ReportFormat = keyof typeof REPORT_FORMATS;

export const REPORT_FORMAT_NAMES = Object.keys(REPORT_FORMATS) as ReportFormat[];
