/** What a check is made with for one VM: the probe, how it is called in reports, and why it is perhaps not made at all. */
import type { CheckVmInput } from '../contract/questions.js';
import { shownUrl } from '../plan/shown-url.js';
import type { Check, CheckCommand } from '../plan/types.js';
import type { CheckSecrets } from './check-secrets.js';
import { type CheckSubject, filled, filledUrl, hostIsOfSite, optionIn } from './check-subject.js';
import { commandProbe } from './probes/command.js';
import { httpProbe } from './probes/http.js';
import type { Probe } from './probes/probe.js';
import { tcpProbe } from './probes/tcp.js';

export type Made = { label: string; probe: Probe } | { label: string; refused: string; advice: string };

export interface MadeWith {
  command: CheckCommand | null;
  subject: CheckSubject;
  secrets: CheckSecrets;
}

export function probeFor({ check, site, run }: CheckVmInput, { command, subject, secrets }: MadeWith): Made {
  switch (check.type) {
    case 'tcp': {
      const host = filled(check.host, subject);
      const shown = host.includes(':') ? `[${host}]` : host;
      return { label: `tcp ${shown}:${check.port}`, probe: tcpProbe(host, check.port, check.timeout) };
    }
    case 'http':
      return httpFor(check, site, subject, secrets);
    case 'command': {
      if (command === null) throw new TypeError('a command is looked up before it is run');
      return commandFor(check, command, { site, run }, subject, secrets);
    }
  }
}

function httpFor(
  check: Extract<Check, { type: 'http' }>,
  site: string,
  subject: CheckSubject,
  secrets: CheckSecrets,
): Made {
  const url = filledUrl(check.url, subject);
  const isUnverified = !check.verifyTls && url.startsWith('https:');
  const label = `http ${shownUrl(url)}${isUnverified ? ' (certificate not verified)' : ''}`;
  const headers = secrets.headersOf(check, site);
  const isOfSite = hostIsOfSite(check.url, subject);
  const refused = secrets.refusal(check, { url, isOfSite, verifyTls: check.verifyTls });
  if (refused === null) return { label, probe: httpProbe({ ...check, url }, headers, secrets.scrubber()) };
  const advice =
    "Say under hooks.secrets of the workers' config to which hosts it may go (to), or give the VM's address in the drill.";
  return { label, refused, advice };
}

function commandFor(
  check: Extract<Check, { type: 'command' }>,
  command: CheckCommand,
  { site, run }: { site: string; run: string },
  subject: CheckSubject,
  secrets: CheckSecrets,
): Made {
  const label = `command ${check.command}`;
  const args = check.args.map((arg) => filled(arg, subject));
  const option = check.args.find((arg) => optionIn(arg, subject));
  if (option !== undefined) {
    const refused = `the program would take what stands for ${option} for an option, since it begins with -`;
    return { label, refused, advice: 'Put something before it in the drill, such as "--host={name}", or use {id}.' };
  }
  const variables = {
    ...secretsOf(command, secrets, site),
    DROVER_VM_ID: subject.id,
    DROVER_VM_NAME: subject.name,
    ...(subject.ip === null ? {} : { DROVER_VM_IP: subject.ip }),
    DROVER_SITE: site,
    DROVER_RUN: run,
  };
  return { label, probe: commandProbe(command, args, variables, secrets.scrubber()) };
}

const secretsOf = ({ env = {} }: CheckCommand, secrets: CheckSecrets, site: string): Record<string, string> =>
  Object.fromEntries(Object.entries(env).map(([variable, { secret }]) => [variable, secrets.reveal(secret, site)]));
