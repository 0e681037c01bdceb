/** Numbers and addresses of the command line. */
import { InvalidArgumentError } from 'commander';
import { DURATION, parseDuration } from '../plan/source/durations.js';
import { A_TIMER } from '../plan/source/schema-parts.js';
import { parseAddress } from '../worker/health.js';

export function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new InvalidArgumentError('A whole number from 1 is expected.');
  }
  return value;
}

export function whole(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0) {
    throw new InvalidArgumentError('A whole number from 0 is expected.');
  }
  return value;
}

export function factor(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError('A number above 0 is expected.');
  }
  return value;
}

/** A port that another one follows. */
export function portWithNext(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 65_534) {
    throw new InvalidArgumentError('A port from 1 to 65534 is expected.');
  }
  return value;
}

/** ms, as long as a process can wait by itself. */
export function time(text: string): number {
  const value = parseDuration(text);
  if (value === undefined || value === 0) throw new InvalidArgumentError(`Expected is ${DURATION}.`);
  if (value > A_TIMER * 86_400_000) throw new InvalidArgumentError(`At most ${A_TIMER}d.`);
  return value;
}

/** `host:port`, or a port on loopback; stays as it was typed. */
export function address(text: string): string {
  if (parseAddress(text) === null) {
    throw new InvalidArgumentError('host:port is expected, such as 0.0.0.0:8080.');
  }
  return text;
}

/** A day of the calendar, as it was typed. */
export function day(text: string): string {
  const at = new Date(text);
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== text) {
    throw new InvalidArgumentError('A day is expected, such as 2026-12-31.');
  }
  return text;
}

/** A day, or a moment with its time zone; a day begins at midnight in UTC. */
export function moment(text: string): Date {
  const at = new Date(text);
  if (!/^\d{4}-\d\d-\d\d(T.*(Z|[+-]\d\d:\d\d))?$/.test(text) || Number.isNaN(at.getTime())) {
    throw new InvalidArgumentError('A day is expected, such as 2026-01-01, or a moment with its time zone.');
  }
  return at;
}
