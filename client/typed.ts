/** Words of commands that a person is told to type: they must mean what they were told for, and nothing else. */
import type { Scope } from '../contract/act.js';
import type { RunReport, VmReport } from '../contract/report.js';
import { visible } from '../plan/source/visible.js';
import { findScope, findVm } from './scope.js';
import { shellWord } from './shell-word.js';

type Vms = Pick<RunReport, 'run' | 'vms'>;

/** A VM for `approve` and `cancel`: its name where it has it alone, `vm:NAME` where a wave has it too, else its id. */
export function typedVm(report: Vms, { id, name }: Pick<VmReport, 'id' | 'name'>): string {
  return (
    firstThatMeans([name, `vm:${name}`, id], (word) => findScope(report, word), { vm: id }) ?? shellWord(`vm:${id}`)
  );
}

/** A wave for `approve` and `cancel`. */
export function typedWave(report: Vms, wave: string): string {
  return (
    firstThatMeans([wave, `wave:${wave}`], (word) => findScope(report, word), { wave }) ?? shellWord(`wave:${wave}`)
  );
}

/** A VM for `show`. */
export function typedVmOfShow(report: Vms, { id, name }: Pick<VmReport, 'id' | 'name'>): string {
  return firstThatMeans([name], (word) => ({ vm: findVm(report, word).id }), { vm: id }) ?? shellWord(id);
}

function firstThatMeans(words: string[], read: (word: string) => Scope, meant: Scope): string | undefined {
  const found = words.find((word) => {
    // What begins so is an option; what cannot be seen cannot be typed.
    if (word.startsWith('-') || word !== visible(word)) return false;
    try {
      const scope = read(word);
      return scope.vm === meant.vm && scope.wave === meant.wave;
    } catch {
      return false;
    }
  });
  return found === undefined ? undefined : shellWord(found);
}
