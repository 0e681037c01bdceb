import type { Case } from '../case.js';
import { appliance } from './appliance.js';
import { catalog } from './catalog.js';
import { clients } from './clients.js';
import { errors } from './errors.js';
import { sessions } from './sessions.js';
import { tasks } from './tasks.js';
import { vappReplications } from './vapp-replications.js';
import { vmReplications } from './vm-replications.js';
import { wire } from './wire.js';

export const CASES: readonly Case[] = [
  ...wire,
  ...sessions,
  ...tasks,
  ...vmReplications,
  ...vappReplications,
  ...catalog,
  ...appliance,
  ...errors,
  ...clients,
];
