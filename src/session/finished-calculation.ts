import type { CalculationObservation, CalculationRunner, OutputPart } from '../contract/calculation-runner.ts';
import type { Clock } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import { raceAbort } from '../provider-kit/race-abort.ts';
import { CALL_CHECKS, callContext, type CallOptions } from './call-context.ts';
import { assertOptions, assertValue, oneOf } from './option-checks.ts';

/** The longest output that `text` returns, bytes: more belongs into a file. */
const LONGEST_TEXT_BYTES = 64 * 1024 ** 2;

/** A calculation that has succeeded, with what it left behind. */
export interface FinishedCalculation extends CalculationObservation {
  /**
   * Reads what the code printed (`stdout`, `stderr`) or the value of its last line (`result`). Empty when there is nothing.
   * @throws SessionError `unsupported` where the output cannot be read, `forbidden`, `invalid-request` above 64 MiB.
   */
  text(part: OutputPart, options?: CallOptions): Promise<string>;
  /** The same as bytes of any length, which are read as they are consumed. @throws SessionError as `text` does. */
  bytes(part: OutputPart, options?: CallOptions): AsyncIterable<Uint8Array>;
}

/** What reading needs. */
interface OutputPlace {
  readonly handle: SessionHandle;
  readonly runner: CalculationRunner;
  readonly clock: Clock;
}

/** Adds the ways to read the output. They are not part of the JSON. */
export function finishedCalculation(place: OutputPlace, seen: CalculationObservation): FinishedCalculation {
  const bytes = (part: OutputPart, options: CallOptions = {}) => {
    assertValue('calculate', 'part', part, oneOf('stdout', 'stderr', 'result'));
    assertOptions('calculate', options, CALL_CHECKS);
    return readBytes(place, seen.output?.[`${part}Uri`], options);
  };
  const text = async (part: OutputPart, options?: CallOptions): Promise<string> => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of bytes(part, options)) {
      chunks.push(chunk);
      length += chunk.byteLength;
      if (length > LONGEST_TEXT_BYTES) throw tooLong(place.handle, part);
    }
    return Buffer.concat(chunks).toString('utf8');
  };
  return Object.defineProperties({ ...seen } as FinishedCalculation, {
    text: { value: text },
    bytes: { value: bytes },
  });
}

async function* readBytes(
  { handle, runner, clock }: OutputPlace,
  uri: string | undefined,
  options: CallOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (uri === undefined) return;
  if (runner.read === undefined) {
    const message = `${handle.provider} cannot read the output of a calculation. Read ${uri} with your own client.`;
    throw new SessionError('unsupported', message, { operation: 'calculate', provider: handle.provider, handle });
  }
  const stream = await runner.read(handle, uri, callContext(clock, options));
  const iterator = stream[Symbol.asyncIterator]();
  const { signal } = options;
  try {
    for (;;) {
      const reading = iterator.next();
      const next = await (signal === undefined ? reading : raceAbort(reading, signal, 'calculate'));
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // A read that is never answered does not hold up the caller.
    void iterator.return?.().then(
      () => {},
      () => {},
    );
  }
}

function tooLong(handle: SessionHandle, part: OutputPart): SessionError {
  const message = `${part} has more than ${LONGEST_TEXT_BYTES} bytes; read it with bytes('${part}')`;
  return new SessionError('invalid-request', message, { operation: 'calculate', provider: handle.provider, handle });
}
