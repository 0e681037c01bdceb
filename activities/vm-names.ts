/** What a VM is called where it runs, held against the plan before anything is sent for it. */
import { log } from '@temporalio/activity';
import type { OperationRequest } from '../contract/operation.js';
import { isCalled, misnamed } from '../contract/vm-identity.js';
import { isVappUnit } from '../plan/types.js';
import { type InventoryVm, saysNo, VcdaError } from '../vcda/index.js';
import type { ActivityDeps } from './deps.js';
import { finalFailure } from './failures.js';
import { Inventories } from './inventory.js';
import { checkVappName } from './vapp-members.js';

/** Names rarely change, and a run begins many VMs at once: one reading serves them all for so long, ms. */
const FRESH = 60_000;

export class SiteVmNames {
  readonly #inventories: Inventories;
  readonly #known = new Map<string, { at: number; names: Map<string, string> }>();
  /** sites whose own word is that they give no such list, and until when they are not asked again */
  readonly #silent = new Map<string, number>();

  constructor(deps: ActivityDeps) {
    this.#inventories = new Inventories(deps);
  }

  /**
   * The name of the VM that a start is for; null: the site does not tell.
   * @throws ApplicationFailure `NameMismatch` when the plan calls it something else
   * @throws VcdaError to be tried again
   */
  async check(request: OperationRequest): Promise<string | null> {
    const { kind, vm, peer, resumedAt } = request;
    if (isVappUnit(vm.id)) {
      const all = await this.#read(peer, resumedAt);
      return all === null ? null : checkVappName(request, all);
    }
    const remembered = this.#remembered(peer, vm.id);
    if (remembered !== undefined && isCalled(vm, remembered)) return remembered;
    // It may have got another name since.
    const name = await this.#nameOf(peer, vm.id, resumedAt);
    if (name === null || isCalled(vm, name)) return name;
    throw finalFailure({ ...misnamed(kind, vm, name, peer), site: peer });
  }

  #remembered(site: string, vmId: string): string | undefined {
    const known = this.#known.get(site);
    return known !== undefined && Date.now() - known.at < FRESH ? known.names.get(vmId) : undefined;
  }

  async #nameOf(site: string, vmId: string, resumedAt: number): Promise<string | null> {
    const at = Date.now();
    const all = await this.#read(site, resumedAt);
    if (all === null) return null;
    const names = new Map(all.flatMap(({ id, name }) => (name == null ? [] : [[id, name]])));
    this.#known.set(site, { at, names });
    return names.get(vmId) ?? null;
  }

  /** null: the site gives no such list. @throws VcdaError to be tried again */
  async #read(site: string, resumedAt: number): Promise<InventoryVm[] | null> {
    if (Date.now() < (this.#silent.get(site) ?? 0)) return null;
    try {
      return await this.#inventories.read(site, resumedAt);
    } catch (error) {
      if (!(error instanceof VcdaError) || !saysNo(error)) throw error;
      this.#silent.set(site, Date.now() + FRESH);
      // A site without such a list is no obstacle: what the start leads to is looked at as well.
      log.warn('the names of the VMs of a site are not known', { site, error: error.message });
      return null;
    }
  }
}
