/** Numbers of the command line. */
import { InvalidArgumentError } from 'commander';

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
