/**
 * A vApp as a unit: what a plan moves as one that is not one VM. Its id says what it is, so that whoever asks a site for a unit
 * knows which of the two lists to ask [doc OPI: /vm-replications, /vapp-replications].
 */

const PREFIX = 'vapp:';

/** VMs of a vApp that is moved as one: a message has all of them. */
export const MOST_IN_VAPP = 200;

/** @param vapp VCDA's id of it, a uuid; as long as that is not known, its name */
export const vappUnit = (vapp: string): string => PREFIX + vapp;

export const isVappUnit = (unit: string): boolean => unit.startsWith(PREFIX);

/** VCDA's id of the vApp; null: the unit is a VM. */
export const vappIdOf = (unit: string): string | null => (isVappUnit(unit) ? unit.slice(PREFIX.length) : null);

/** As VCDA has it, whether the unit is a VM or a vApp. */
export const bareId = (unit: string): string => vappIdOf(unit) ?? unit;
