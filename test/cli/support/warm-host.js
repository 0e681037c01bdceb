/**
 * A process that runs command lines one after the other, so that not each of them loads the command line anew. Its streams
 * are kept per command; Node runs this file as it is.
 */
import { main } from '../../../dist/cli/program.js';

/** What is written to a stream until it is given back. */
class Kept {
  text = '';
  #stream;
  #write;

  constructor(stream) {
    this.#stream = stream;
    this.#write = stream.write;
    stream.write = (chunk) => {
      this.text += String(chunk);
      return true;
    };
  }

  giveBack() {
    this.#stream.write = this.#write;
    return this.text;
  }
}

function setEnvironment(env) {
  for (const name of Object.keys(process.env)) {
    if (!(name in env)) delete process.env[name];
  }
  Object.assign(process.env, env);
}

async function run({ args, cwd, env }) {
  process.chdir(cwd);
  setEnvironment(env);
  const stdout = new Kept(process.stdout);
  const stderr = new Kept(process.stderr);
  let code;
  try {
    code = await main(args, { ...process.env });
  } finally {
    stdout.giveBack();
    stderr.giveBack();
  }
  process.send({ code, stdout: stdout.text, stderr: stderr.text });
}

process.on('message', (request) => void run(request));
process.on('disconnect', () => process.exit(0));
