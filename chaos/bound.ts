/** How long all of it may take. Not AbortSignal.any with AbortSignal.timeout: vcda/http/deadline.ts says why. */

export class TimeIsUp extends Error {
  override readonly name = 'TimeIsUp';
}

export function linkedTo(signal: AbortSignal): AbortController {
  const controller = new AbortController();
  if (signal.aborted) controller.abort(signal.reason);
  signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true });
  return controller;
}

export function boundedBy(signal: AbortSignal, ms: number): { signal: AbortSignal; release: () => void } {
  const controller = linkedTo(signal);
  const timer = setTimeout(() => controller.abort(new TimeIsUp()), ms);
  return { signal: controller.signal, release: () => clearTimeout(timer) };
}
