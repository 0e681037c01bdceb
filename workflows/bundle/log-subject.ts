/**
 * Puts what a workflow is about on each of its log lines: run, VM, site and operation, as far as its input names them.
 * A module of the workflow bundle; workers use {@link LogSubject} for activities as well.
 */
import type { WorkflowInterceptors } from '@temporalio/workflow';

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

/** What one execution is about, from its begin on: the two sides of an interceptor, of workflows and activities alike. */
export class LogSubject {
  #subject: Subject = {};

  readonly inbound = {
    execute: <I extends { args: unknown[] }, R>(input: I, next: (input: I) => R): R => {
      this.#subject = subjectOf(input.args[0]);
      return next(input);
    },
  };

  readonly outbound = {
    getLogAttributes: <A extends object, R>(attributes: A, next: (attributes: A & Subject) => R): R =>
      next({ ...attributes, ...this.#subject }),
  };
}

export function interceptors(): WorkflowInterceptors {
  const { inbound, outbound } = new LogSubject();
  return { inbound: [inbound], outbound: [outbound] };
}

const members = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

const defined = (subject: Record<keyof Subject, unknown>): Subject =>
  Object.fromEntries(Object.entries(subject).filter(([, value]) => typeof value === 'string'));
