/** Whether the VM that a site has under an id is the one that a plan calls by a name. Pure. */
import { CODES } from './codes.js';
import type { OperationKind, VmRef } from './operation.js';
import type { VmError } from './report.js';

/** A VM that the plan gives no name goes by its id until its site tells one. */
export const isUnnamed = ({ id, name }: VmRef): boolean => name === id;

/** How a text names a VM: with its id, since names repeat; by the id alone while no name is known. */
export const nameWithId = (vm: VmRef): string => (isUnnamed(vm) ? vm.id : `${vm.name} (${vm.id})`);

/** Sheets and people differ from a site in case and in blanks. */
export const isCalled = (vm: VmRef, name: string): boolean => isUnnamed(vm) || isSameName(vm.name, name);

/** In Cloud Director no name is told from another by its case. */
export const isSameName = (one: string, other: string): boolean => plainName(one) === plainName(other);

/** What names are compared by. */
export const plainName = (name: string): string => name.trim().toLowerCase();

/**
 * @param name what the site calls it
 * @param of the id of the VM so named, where a plan names a replication of another VM
 */
export const misnamed = (
  operation: OperationKind,
  vm: VmRef,
  name: string,
  site: string,
  of?: { vmId: string; replicationId: string },
): VmError => ({
  code: CODES.nameMismatch,
  message:
    `${operation} of ${nameWithId(vm)} was not sent: ` +
    (of === undefined
      ? `at ${site} the VM with this id is named ${name}.`
      : `the replication is of another VM of ${site}, ${name} (${of.vmId}) [replication ${of.replicationId}].`),
  operation,
  taskId: null,
  site,
  advice:
    of === undefined
      ? `If ${name} is meant, correct the plan (it may leave out the name); else correct the id. Then run the VM again.`
      : `If ${name} is meant, give its id in the plan (${of.vmId}), and its name or none; else correct the replicationId. Then run the VM again.`,
});
