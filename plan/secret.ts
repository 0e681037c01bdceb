import { inspect } from 'node:util';

/** What the name of a secret holds, in lower case without `-` and `_`: of headers, of members of bodies, of what is logged. */
export const SECRET_NAMES: readonly string[] = [
  'password',
  'passwd',
  'secret',
  'token',
  'cookie',
  'nonce',
  'signature',
  'apikey',
  'authorization',
  'xvcavauth',
  'passphrase',
  'pwd',
  'jwt',
  'saml',
  'bearer',
  'credential',
  'privatekey',
  'clientkey',
  'onpremauth',
];

/** Whether what goes by this name is to be kept out of logs and errors. */
export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replaceAll(/[-_]/g, '');
  return SECRET_NAMES.some((part) => plain.includes(part));
}

/** A password or token that cannot be printed, logged or serialized by accident; `reveal()` is the only way out. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
