import { BAD_REQUEST, ERROR_INFO, RETRY_INFO, type ErrorDetail } from './google-errors.ts';

/**
 * `google.rpc.Status { code, message, details }` in bytes: messages that the service's protos do not hold.
 *
 * @see https://cloud.google.com/apis/design/errors#error_model (read 2026-11-21)
 */
export function statusBytes(status: {
  readonly code: number;
  readonly message: string;
  readonly details: readonly ErrorDetail[];
}): Buffer {
  const details = status.details.map((detail) =>
    field(3, Buffer.concat([field(1, detail['@type']), field(2, detailBytes(detail))])),
  );
  return Buffer.concat([field(1, status.code), field(2, status.message), ...details]);
}

/** @see https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto (read 2026-11-21) */
function detailBytes(detail: ErrorDetail): Buffer {
  switch (detail['@type']) {
    case RETRY_INFO: {
      const delay = Number.parseFloat(detail.retryDelay);
      const seconds = Math.floor(delay);
      const nanos = Math.round((delay - seconds) * 1e9);
      return field(1, Buffer.concat([field(1, seconds), field(2, nanos)]));
    }
    case ERROR_INFO: {
      const entries = Object.entries(detail.metadata).map(([key, value]) =>
        field(3, Buffer.concat([field(1, key), field(2, value)])),
      );
      return Buffer.concat([field(1, detail.reason), field(2, detail.domain), ...entries]);
    }
    case BAD_REQUEST: {
      const violations = detail.fieldViolations.map((violation) =>
        field(1, Buffer.concat([field(1, violation.field ?? ''), field(2, violation.description)])),
      );
      return Buffer.concat(violations);
    }
  }
}

/** One protobuf field: a varint for a number, length-delimited for a text and for bytes. */
function field(number: number, value: number | string | Buffer): Buffer {
  if (typeof value === 'number') return Buffer.concat([varint(number << 3), varint(value)]);
  const bytes = Buffer.from(value);
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 127) | 128);
  }
}
