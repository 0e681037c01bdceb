import { readFile } from 'node:fs/promises';
import { testBundle } from './test-bundle.js';

/** Workflows whose tasks fail, again and again. */
const WORKFLOWS = { 'the run': 'planRun', 'a VM': 'migrateVm', 'a site': 'site', 'a drill': 'drill' } as const;

export type Place = keyof typeof WORKFLOWS;

const IMPORT = 'exports.importWorkflows = function importWorkflows() {';

let whole: Promise<string> | undefined;

async function read(): Promise<string> {
  const bundle = await testBundle();
  return 'code' in bundle ? bundle.code : readFile(bundle.codePath, 'utf8');
}

/** Workflow code with a defect in one place, as a bad deployment would bring it: `a defect in …`. */
export async function brokenBundle(where: Place): Promise<{ code: string }> {
  whole ??= read();
  const [before, after, ...more] = (await whole).split(IMPORT);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error('the SDK imports the workflows of a bundle otherwise by now');
  const defect = `async function defect() { throw new TypeError('a defect in ${where}'); }`;
  const broken = `{ ...importWhole(), ${WORKFLOWS[where]}: defect }`;
  // On one line: the map of the bundle's lines goes on to hold.
  const imported = `exports.importWorkflows = function importWorkflows() { ${defect} return ${broken}; }; function importWhole() {`;
  return { code: `${before}${imported}${after}` };
}
