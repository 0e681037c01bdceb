import { readFile } from 'node:fs/promises';

/** Which of these processes still exist; a zombie that only its parent knows is gone. */
export async function leftProcesses(pids: number[]): Promise<string[]> {
  const found = await Promise.all(
    [...new Set(pids)].map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
      return stat === null || stat.includes(') Z ') ? [] : [`pid ${pid}: ${stat.slice(0, stat.indexOf(')') + 1)}`];
    }),
  );
  return found.flat();
}
