/** What a process of Drover says by its exit status; scripts and supervisors rely on it. */
export const EXIT = {
  /** done, and all succeeded; or still going on, for commands that do not wait; a worker that was told to stop */
  ok: 0,
  /**
   * done, but a VM failed, was cancelled, or was skipped for one that did; not for one that an earlier run has moved,
   * or that a person has left out. Or a defect
   */
  notAll: 1,
  /** usage, config or plan, and nothing was started; or the standard output could not be written, which is said */
  badInput: 2,
  /** Temporal, its workers or a site cannot be reached or refuse the login */
  unreachable: 3,
  /**
   * kept for a worker to act on, or perhaps so; earlier work keeps a worker from starting; what was waited for needs a person
   * first, or has not come in time: a person must act, or look
   */
  personNeeded: 4,
  /** somebody stopped watching; the run goes on */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
