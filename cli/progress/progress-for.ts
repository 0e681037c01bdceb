import type { Output } from '../text/output.js';
import type { Progress } from './progress.js';
import { JsonProgress } from './progress-json.js';
import { LiveProgress } from './progress-live.js';
import { PlainProgress } from './progress-plain.js';

/** A screen that redraws itself on a terminal, lines otherwise, events with `--json`, nothing with `--quiet`. */
export function progressFor(out: Output): Progress {
  if (out.quiet) {
    return new SilentProgress();
  }
  if (out.json) {
    return new JsonProgress(out);
  }
  return out.stderr.isTTY === true ? new LiveProgress(out) : new PlainProgress(out);
}

class SilentProgress implements Progress {
  update(): void {}
  trouble(): void {}
  say(): void {}
  stop(): void {}
}
