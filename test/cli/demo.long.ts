/** Ends of the demo that demo.test.ts leaves out. */
import { describe, expect, it } from '@jest/globals';
import { isAlive } from '../support/eventually.js';
import { tempFolder } from '../support/folder.js';
import { until } from '../support/until.js';
import { demoFoldersIn, noneLeft, noneOpen, openWorkflowsOf, partsOf, said, startDemoIn } from './support/demo.js';

describe('the demo', () => {
  it.concurrent('leaves nothing at SIGHUP, though nobody hears its words any more', async () => {
    const own = tempFolder();
    const demo = startDemoIn(own, '--vms', '2', '--speed', '1');
    await said(demo, 'Simulator (pid');
    const parts = partsOf(demo);
    expect(demoFoldersIn(own)).toHaveLength(1);
    demo.child.stdout?.destroy();
    demo.child.stderr?.destroy();
    // It has said more by then, to nobody.
    await until(
      () => openWorkflowsOf(demo),
      (open) => open.length > 0,
    );
    demo.child.kill('SIGHUP');
    const { code } = await demo.finished;
    expect(code).toBe(130);
    expect(demoFoldersIn(own)).toEqual([]);
    await noneLeft(parts);
    await noneOpen(demo);
    own.remove();
  });

  it.concurrent('takes its parts with it when it is killed', async () => {
    const own = tempFolder();
    const demo = startDemoIn(own, '--vms', '2', '--speed', '1');
    await said(demo, 'listens');
    const parts = partsOf(demo);
    expect(parts).toHaveLength(2);
    expect(await Promise.all(parts.map(isAlive))).toEqual([true, true]);
    demo.child.kill('SIGKILL');
    await demo.finished;
    await noneLeft(parts);
    own.remove();
  });
});
