import type { Problem } from './problem.js';
import type { Path, Source } from './yaml-document.js';

export type Env = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\{/g;

/**
 * The source with `${VAR}` replaced from the environment in every text value, and `$${` by `${`. Adds a problem at the
 * text for each variable that is not set. `written` stays as it was, so that messages quote the reference, not the value.
 */
export function interpolate(source: Source, env: Env, problems: Problem[]): Source {
  function replaceIn(value: unknown, path: Path): unknown {
    if (typeof value === 'string') return replaceText(source, value, path, env, problems);
    if (Array.isArray(value)) return value.map((item, index) => replaceIn(item, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceIn(item, [...path, key])]));
  }
  return { ...source, value: replaceIn(source.value, []) };
}

function replaceText(source: Source, text: string, path: Path, env: Env, problems: Problem[]): string {
  return text.replace(REFERENCE, (reference, name: string | undefined) => {
    if (reference === '$${') return '${';
    const value = name !== undefined && Object.hasOwn(env, name) ? env[name] : undefined;
    if (value !== undefined) return value;
    const where = source.at(path);
    if (name === undefined) {
      const hint = 'for a literal "${" write "$${"';
      problems.push({ ...where, message: 'a "${" that begins no variable', expected: '${NAME}', hint });
    } else {
      // Inside a longer text the name may be no name but part of a password with "${" in it.
      const what = reference === text ? `the variable ${name}` : 'a variable named in this text';
      const hint = path.includes('login')
        ? 'set it, or leave "login" out of the file on a machine that only steers runs; for a literal "${" write "$${"'
        : 'set it in the environment; for a literal "${" write "$${"';
      problems.push({ ...where, message: `${what} is not set`, hint });
    }
    return reference;
  });
}
