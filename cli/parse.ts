/** Numbers and addresses of the command line. */
import { InvalidArgumentError } from 'commander';
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

/** `host:port`, or a port on loopback; stays as it was typed. */
export function address(text: string): string {
  if (parseAddress(text) === null) {
    throw new InvalidArgumentError('host:port is expected, such as 0.0.0.0:8080.');
  }
  return text;
}
