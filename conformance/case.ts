/** A case: one statement about the API, who made it, and how to see whether a server keeps it. */
import type { Assumptions } from '../simulator/index.js';
import type { Context } from './context.js';
import type { Outcome } from './finding.js';

export const FAMILIES = [
  'wire',
  'sessions',
  'tasks',
  'vm-replications',
  'vapp-replications',
  'catalog',
  'appliance',
  'errors',
  'clients',
] as const;
export type Family = (typeof FAMILIES)[number];

export interface Case {
  /** `family.statement`, unique */
  id: string;
  family: Family;
  title: string;
  /** `[seed …]`, `[doc …]`, `[client …]`, `[KB …]`; `[assumed → …]` when nobody says so */
  source: string;
  /** write: sends what a read-only run must not, or needs the levers of the simulator */
  mode: 'read' | 'write';
  /** what the simulator and Drover take for granted here; its presence makes the case an assumed one */
  assumes?: string;
  /** the row of simulator/assumptions.ts that switches it */
  row?: keyof Assumptions;
  check(context: Context): Promise<Outcome | void>;
}

export type Draft = Omit<Case, 'family' | 'id'> & { id: string };

export const inFamily = (family: Family, drafts: Draft[]): Case[] =>
  drafts.map((draft) => ({ ...draft, family, id: `${family}.${draft.id}` }));
