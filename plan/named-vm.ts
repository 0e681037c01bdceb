/** A VM that a plan calls by its name alone: as long as nobody has looked it up, that stands in place of its id. */

const PREFIX = 'name:';

export const namedVm = (name: string): string => PREFIX + name.trim().toLowerCase();

export const isNamedVm = (id: string): boolean => id.startsWith(PREFIX);
