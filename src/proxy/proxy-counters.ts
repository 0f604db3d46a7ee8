/** What a proxy counts. */
export class ProxyCounters {
  /** Ended calls by method and status code. */
  readonly calls = new Map<string, { readonly method: string; readonly code: string; count: number }>();
  openCalls = 0;
  openStreams = 0;
  waitingCalls = 0;
  bytesToClients = 0;
  bytesFromClients = 0;
  tokensRenewed = 0;
  reattaches = 0;
  refused = 0;

  ended(method: string, code: string): void {
    const key = `${method} ${code}`;
    const entry = this.calls.get(key) ?? { method, code, count: 0 };
    entry.count += 1;
    this.calls.set(key, entry);
  }
}
