/** A service saying no: what goes over the wire as an error answer. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: string;
  readonly httpStatus: number;
  /** Further members of the error body, such as Athena's `AthenaErrorCode`. */
  readonly members: Readonly<Record<string, string>>;
  /** Further headers, such as `retry-after`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: string,
    httpStatus: number,
    message: string,
    extra: { members?: Readonly<Record<string, string>>; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.code = code;
    this.httpStatus = httpStatus;
    this.members = extra.members ?? {};
    this.headers = extra.headers ?? {};
  }
}
