/** A call that failed on this side: the server has not read it, or its answer was refused here. */
export interface ClientFailure {
  /** Before a connection was open, or at an answer that is too large. */
  readonly what: 'connect' | 'too-large';
  /** A socket's code, such as `ECONNREFUSED`; `CERT_UNTRUSTED` for a failed TLS handshake, `PROXY_…` for a proxy, `TUNNEL_…` for a WebSocket. */
  readonly code: string;
  readonly message: string;
}

/**
 * Reads what gRPC reports about itself. It uses the codes of servers for that, so that only its texts tell them apart.
 * @param details - the details of the status
 * @see https://github.com/grpc/grpc-node/blob/master/packages/grpc-js/src/load-balancer-pick-first.ts (1.14, read 2026-11-30)
 */
export function readClientFailure(details: string): ClientFailure | undefined {
  const host = /^Name resolution failed for target (?:dns:)?(\S+?)(?::\d+)?$/.exec(details)?.[1];
  if (host !== undefined) return { what: 'connect', code: 'ENOTFOUND', message: `the host ${host} has no address` };
  const last = /^No connection established(?:\. Last error: (.*?)\. Resolution note:.*)?$/s.exec(details);
  if (last !== null) {
    const text = (last[1] ?? 'the connection failed').replace(/ \([\d-]+T[\d:.]+Z\)$/, '');
    const [, ownCode, message = text] = /^(?:Error|((?:PROXY|TUNNEL)_\w+)): (.*)$/s.exec(text) ?? [];
    if (ownCode !== undefined) return { what: 'connect', code: ownCode, message };
    return { what: 'connect', code: codeIn(message), message };
  }
  const [, size, limit] =
    /^Received message larger than max \((\d+) vs (\d+)\)$/.exec(details) ??
    /^Received message that (decompress)es to a size larger than (\d+)$/.exec(details) ??
    [];
  if (limit === undefined) return undefined;
  const sent = size === 'decompress' ? 'a compressed message that is larger' : `a message of ${size} bytes`;
  const message = `it sent ${sent}; the limit is ${limit} bytes`;
  return { what: 'too-large', code: 'MESSAGE_TOO_LARGE', message };
}

function codeIn(message: string): string {
  if (/certificate|altname/i.test(message)) return 'CERT_UNTRUSTED';
  // A server without TLS answers the handshake with something else.
  if (/wrong version number|EPROTO|:SSL routines:/.test(message)) return 'EPROTO';
  return /\bE[A-Z]{4,}\b/.exec(message)?.[0] ?? 'NO_CONNECTION';
}
