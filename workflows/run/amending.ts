/** Changes of VMs that a person wants of a run, over all its shards: judged by those that may object, then done by the one that has the VM. */
import { ApplicationFailure, CancellationScope, condition } from '@temporalio/workflow';
import { VM_CHANGES, type VmChange } from '../../contract/amend.js';
import type { Steered } from '../../contract/messages.js';
import type { ActDetails, ShardAct } from '../../contract/shard.js';
import { onlyOne } from './acts.js';
import type { Told } from './wants.js';

/** Asks all shards, and waits. */
type Ask = (act: ShardAct['act'], vm: string, details?: ActDetails) => Promise<Told>;

/** A change that was made. */
export interface Change {
  /** `Changed web1: network net-c (was net-b)` */
  message: string;
  before: unknown;
}

export class Amending {
  #isBusy = false;

  /** @throws ApplicationFailure `UnknownVm`, `AmbiguousVm`, `NotChanged` */
  async change(ask: Ask, vm: string, change: VmChange): Promise<Change> {
    const { id } = await found(ask, vm);
    const told = accepted(await ask('change', id, { change }), 'NotChanged');
    return { message: `Changed ${nameOf(told)}: ${changeInWords(change, told.before)}`, before: told.before };
  }

  /** @param to index of the wave @throws ApplicationFailure `UnknownVm`, `AmbiguousVm`, `NotMoved` */
  async move(ask: Ask, vm: string, wave: string, to: number): Promise<Steered> {
    const { done, before } = await this.#judged(ask, vm, { to }, 'move', 'NotMoved');
    const was = (before as { wave?: unknown } | undefined)?.wave;
    const message =
      was === wave
        ? `${nameOf({ done })} is of wave ${wave} already`
        : `Moved ${nameOf({ done })} to wave ${wave} (was ${String(was)})`;
    return { affected: was === wave ? 0 : done.count, message: `${message}; gates are judged by that wave`, before };
  }

  /** @throws ApplicationFailure `UnknownVm`, `AmbiguousVm`, `NotRemoved` */
  async remove(ask: Ask, vm: string): Promise<Steered> {
    const { done, before } = await this.#judged(ask, vm, {}, 'remove', 'NotRemoved');
    const message = `Taken out, with nothing begun: ${nameOf({ done })}`;
    return { affected: done.count, message, before };
  }

  /** One after the other: what is judged must hold until it is done. */
  async #judged(ask: Ask, vm: string, details: ActDetails, act: 'move' | 'remove', type: string): Promise<Told> {
    // All who wait for it are woken at once, and only the first of them finds it so.
    while (this.#isBusy) await CancellationScope.nonCancellable(() => condition(() => !this.#isBusy));
    this.#isBusy = true;
    try {
      const { id, after } = await found(ask, vm);
      accepted(await ask('judge', id, { ...details, after }), type);
      return accepted(await ask(act, id, details), type);
    } finally {
      this.#isBusy = false;
    }
  }
}

/** Of the one VM. */
const nameOf = ({ done }: Pick<Told, 'done'>): string => done.names.join(', ');

async function found(ask: Ask, vm: string): Promise<{ id: string; after: string[] }> {
  const told = await ask('find', vm);
  return { id: onlyOne(vm, told.found), after: told.after };
}

function accepted(told: Told, type: string): Told {
  if (told.refused === null) return told;
  throw ApplicationFailure.nonRetryable(`${told.refused}; nothing was changed`, type);
}

/** `network net-c (was net-b), powerOn true (was as the plan says for all)` */
function changeInWords(change: VmChange, before: unknown): string {
  const was = (before ?? {}) as Record<string, unknown>;
  const parts = VM_CHANGES.filter((key) => change[key] !== undefined).map((key) => {
    const old = was[key] ?? null;
    return `${key} ${String(change[key])} (was ${old === null ? 'as for all' : JSON.stringify(old).replaceAll('"', '')})`;
  });
  return parts.join(', ');
}
