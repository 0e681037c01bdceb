import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { CODES } from '../../contract/codes.js';
import { loadConfig } from '../../plan/config/load-config.js';
import { renderErrorTable, withErrorTable } from '../../vcda/errors/error-table-page.js';
import { ERROR_TABLE, errorRules } from '../../vcda/index.js';
import { directory } from '../support/plan-files.js';

const path = fileURLToPath(new URL('../../docs/error-codes.md', import.meta.url));

describe('docs/error-codes.md', () => {
  it('shows the error table as it is (UPDATE_DOCS=1 rewrites it)', () => {
    const page = readFileSync(path, 'utf8');
    const wanted = withErrorTable(page, ERROR_TABLE);
    if (process.env.UPDATE_DOCS === '1') writeFileSync(path, wanted);
    else expect(page).toBe(wanted);
  });

  it('gives an example of overriding that loads, and means what it says', () => {
    const [, example = ''] = /```yaml\n(.*?)```/s.exec(readFileSync(path, 'utf8')) ?? [];
    const folder = directory({ 'drover.yaml': example });
    const rules = errorRules(loadConfig(join(folder, 'drover.yaml'), { env: {}, need: 'client' }).errors);
    expect(rules({ code: 'GeneralServerFailure' }).retry).toEqual({ initial: 5_000, max: 300_000, for: 14_400_000 });
    expect(rules({ code: 'PolicyViolation' })).toMatchObject({ call: 'hold', task: 'hold' });
    expect(rules({ code: 'QuotaExceeded', status: 400 })).toMatchObject({ call: 'retry', task: 'retry' });
    expect(rules({ code: 'NeverHeardOf', status: 409 })).toMatchObject({ key: '409', call: 'retry' });
  });

  it("tells of each code of Drover's own judgement", () => {
    const page = readFileSync(path, 'utf8');
    expect(Object.values(CODES).filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
  });

  it('has a line for every row, whatever characters it has', () => {
    const [first] = ERROR_TABLE;
    if (first === undefined) throw new Error('the table is empty');
    const lines = renderErrorTable([{ ...first, meaning: 'this | that' }]).split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[2]).toContain('this \\| that');
  });

  it('cannot be rendered without a place for the table', () => {
    expect(() => withErrorTable('# Error codes', ERROR_TABLE)).toThrow(RangeError);
  });
});
