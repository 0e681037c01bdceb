/**
 * Puts what a workflow is about on each of its log lines: run, VM, site and operation, as far as its input names them.
 * A module of the workflow bundle; workers use {@link subjectOf} for activities as well.
 */
import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';

export interface Subject {
  run?: string;
  /** VCDA's id */
  vm?: string;
  vmName?: string;
  /** where the VM's replication lives */
  site?: string;
  /** kind, such as `migrate` */
  operation?: string;
  operationId?: string;
}

/** Reads the input of any of Drover's workflows and activities; members that an input lacks are absent. */
export function subjectOf(input: unknown): Subject {
  const { run, vm, site, destination, kind, operation, operationId } = members(input);
  const { id, name } = members(vm);
  return defined({
    run,
    vm: id,
    vmName: name,
    site: site ?? members(destination).site,
    operation: operation ?? (operationId === undefined ? undefined : kind),
    operationId,
  });
}

export const interceptors: WorkflowInterceptorsFactory = () => {
  let subject: Subject = {};
  return {
    inbound: [
      {
        execute: (input, next) => {
          subject = subjectOf(input.args[0]);
          return next(input);
        },
      },
    ],
    outbound: [{ getLogAttributes: (attributes, next) => next({ ...attributes, ...subject }) }],
  };
};

const members = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

const defined = (subject: Record<keyof Subject, unknown>): Subject =>
  Object.fromEntries(Object.entries(subject).filter(([, value]) => typeof value === 'string'));
