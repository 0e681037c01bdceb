/** A test copy as its site remembers it: from before it is made until it is seen to be gone. */
import { getExternalWorkflowHandle, workflowInfo } from '@temporalio/workflow';
import { testCopyGoneSignal, testCopySignal } from '../../contract/messages.js';
import { siteWorkflowId } from '../../contract/names.js';
import type { Located, TestCopy } from '../../contract/questions.js';
import type { ReplicationSummary } from '../../contract/replication.js';
import { openSite } from '../activities.js';
import { sameLogins } from '../own-logins.js';
import { signalIfOpen } from '../vm/steps/signal-if-open.js';
import type { VmControl } from '../vm/steps/vm-control.js';

export class NotedCopy {
  readonly site: string;
  #copy: TestCopy;

  constructor(site: string, copy: TestCopy) {
    this.site = site;
    this.#copy = copy;
  }

  /** For a drill that is about to make one. */
  static async of(vm: VmControl, { site, peer, replication }: Located): Promise<NotedCopy> {
    const { run, source } = vm.input;
    const noted = new NotedCopy(site, {
      workflowId: workflowInfo().workflowId,
      run,
      source,
      peer,
      ...sameLogins(),
      vm: vm.ref,
      replicationId: replication.id,
      since: Date.now(),
    });
    await noted.#tell();
    return noted;
  }

  get copy(): TestCopy {
    return this.#copy;
  }

  /** @param made what the replication shows of it; null: nothing */
  async isMade(made: Pick<ReplicationSummary, 'recoveredVmId' | 'recoveredVappId'> | null): Promise<void> {
    const { recoveredVmId: copyId, recoveredVappId: copyVappId } = made ?? {};
    if (copyId == null && copyVappId == null) return;
    this.#copy = {
      ...this.#copy,
      ...(copyId == null ? {} : { copyId }),
      ...(copyVappId == null ? {} : { copyVappId }),
    };
    await this.#tell();
  }

  /** It cannot be removed: that is said by every sweep, until it is gone. */
  async stays(is: NonNullable<TestCopy['stays']>['is'], reason: string): Promise<void> {
    this.#copy = { ...this.#copy, stays: { is, reason } };
    await this.#tell();
  }

  async isGone(): Promise<void> {
    const { replicationId } = this.#copy;
    await signalIfOpen(getExternalWorkflowHandle(siteWorkflowId(this.site)), testCopyGoneSignal, { replicationId });
  }

  /** What the site has noted before is replaced. */
  async #tell(): Promise<void> {
    const handle = getExternalWorkflowHandle(siteWorkflowId(this.site));
    while (!(await signalIfOpen(handle, testCopySignal, this.#copy))) await openSite(this.site);
  }
}
