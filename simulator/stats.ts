export interface RequestCount {
  site: string;
  method: string;
  /** as registered: `/vm-replications/:id` */
  route: string;
  /** 0: the connection was reset without an answer */
  status: number;
  count: number;
}

export class Stats {
  readonly #counts = new Map<string, RequestCount>();

  add(site: string, method: string, route: string, status: number): void {
    const key = `${site} ${method} ${route} ${status}`;
    const counted = this.#counts.get(key);
    if (counted === undefined) this.#counts.set(key, { site, method, route, status, count: 1 });
    else counted.count++;
  }

  list(): RequestCount[] {
    return [...this.#counts.values()].map((it) => ({ ...it }));
  }

  total(): number {
    let sum = 0;
    for (const { count } of this.#counts.values()) sum += count;
    return sum;
  }
}
