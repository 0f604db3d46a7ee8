/** How a scripted service says no: its own code and HTTP status, as an SDK's error would carry them. */
export class ServiceFault extends Error {
  readonly code: string;
  readonly httpStatus: number;
  readonly retryAfterMs: number | undefined;

  constructor(code: string, httpStatus: number, message: string, retryAfterMs?: number) {
    super(message);
    this.name = 'ServiceFault';
    this.code = code;
    this.httpStatus = httpStatus;
    this.retryAfterMs = retryAfterMs;
  }
}
