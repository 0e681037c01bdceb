/** What one replication can be asked for, and a task comes of. */
export const REPLICATION_OPERATIONS = [
  'start',
  'sync',
  'pause',
  'resume',
  'reconfigure',
  'migrate',
  'failover',
  'failover-test',
  'cleanup',
  'reverse',
  'delete',
] as const;
