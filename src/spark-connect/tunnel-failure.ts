/** A WebSocket that could not be opened, or that broke the rules. Its name is its code, which gRPC keeps in the details of a status. */
export class TunnelFailure extends Error {
  /** `TUNNEL_401` for an answer with that HTTP status, `TUNNEL_TIMEOUT` without one, `TUNNEL_GARBLED` for a message that is no hexadecimal text. */
  readonly code: string;

  private constructor(code: string, message: string) {
    super(message);
    this.name = code;
    this.code = code;
  }

  /** The server refused to open the WebSocket. */
  static answered(status: number): TunnelFailure {
    return new TunnelFailure(`TUNNEL_${status}`, `the server answered HTTP ${status} to the request for a WebSocket`);
  }

  static timeout(timeoutMs: number): TunnelFailure {
    return new TunnelFailure('TUNNEL_TIMEOUT', `the server did not open the WebSocket within ${timeoutMs} ms`);
  }

  /** The server sent what this client must not guess the meaning of. */
  static garbled(what: string): TunnelFailure {
    return new TunnelFailure('TUNNEL_GARBLED', `the server sent ${what} through the WebSocket`);
  }

  static broken(reason: string): TunnelFailure {
    return new TunnelFailure('TUNNEL_BROKEN', reason);
  }
}
