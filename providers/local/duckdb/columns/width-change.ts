/** Converts values of one width to another: all of `from` into all of `to`, which have the same number of values. */
export interface WidthChange {
  /** Bytes per value in DuckDB's vector. */
  readonly sourceWidth: number;
  transfer(from: Uint8Array, to: Uint8Array): void;
}

/** DuckDB stores infinite times as the extremes of their type; they stay extremes. */
const INFINITY = 2n ** 63n - 1n;

const MICROSECONDS_A_DAY = 86_400_000_000n;
/** The most microseconds whose nanoseconds fit into 64 bits. */
const MAX_MICROSECONDS = INFINITY / 1000n;

/** Decimals of 16, 32 or 64 bits, sign-extended to 128. */
export function widenDecimal(sourceWidth: 2 | 4 | 8): WidthChange {
  return {
    sourceWidth,
    transfer(from, to) {
      const narrow = sourceWidth === 2 ? viewAs(Int16Array, from) : viewAs(Int32Array, from);
      const words = viewAs(Int32Array, to);
      const step = sourceWidth === 8 ? 2 : 1;
      for (let index = 0, at = 0; at < words.length; index += step, at += 4) {
        const high = narrow[index + step - 1] ?? 0;
        const sign = high < 0 ? -1 : 0;
        words[at] = narrow[index] ?? 0;
        words[at + 1] = step === 2 ? high : sign;
        words[at + 2] = sign;
        words[at + 3] = sign;
      }
    },
  };
}

/** Seconds or milliseconds as microseconds. */
export function multiplyTime(factor: bigint): WidthChange {
  return changeTime((value) => value * factor);
}

/** Nanoseconds as microseconds, truncated like DuckDB's cast from TIMESTAMP_NS to TIMESTAMP. */
export const cutNanoseconds: WidthChange = changeTime((value) => value / 1000n);

/** Nanoseconds as microseconds, rounded like DuckDB's cast from TIME_NS to TIME. */
export const roundNanoseconds: WidthChange = changeTime((value) => (value + 500n) / 1000n);

function changeTime(change: (value: bigint) => bigint): WidthChange {
  return {
    sourceWidth: 8,
    transfer(from, to) {
      const source = viewAs(BigInt64Array, from);
      const target = viewAs(BigInt64Array, to);
      for (let index = 0; index < target.length; index += 1) {
        const value = source[index] ?? 0n;
        target[index] = value >= INFINITY || value <= -INFINITY ? value : change(value);
      }
    },
  };
}

/**
 * Months, days and microseconds as months, days and nanoseconds. When the nanoseconds do not fit into 64 bits (292 years),
 * whole days of them are added to the days: DuckDB treats 24 hours and one day as equal.
 */
export const intervalToNanoseconds: WidthChange = {
  sourceWidth: 16,
  transfer(from, to) {
    to.set(from);
    const monthsAndDays = viewAs(Int32Array, to);
    const times = viewAs(BigInt64Array, to);
    for (let at = 1; at < times.length; at += 2) {
      let microseconds = times[at] ?? 0n;
      if (microseconds > MAX_MICROSECONDS || microseconds < -MAX_MICROSECONDS) {
        const days = microseconds / MICROSECONDS_A_DAY;
        microseconds -= days * MICROSECONDS_A_DAY;
        monthsAndDays[at * 2 - 1] = (monthsAndDays[at * 2 - 1] ?? 0) + Number(days);
      }
      times[at] = microseconds * 1000n;
    }
  },
};

interface TypedArrayConstructor<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

function viewAs<T>(View: TypedArrayConstructor<T>, { buffer, byteOffset, byteLength }: Uint8Array): T {
  return new View(buffer, byteOffset, byteLength / View.BYTES_PER_ELEMENT);
}
