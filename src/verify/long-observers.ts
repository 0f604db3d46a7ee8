import { AGREEING_ANSWERS, type Evidence, type Reading } from './evidence.ts';
import { measured, observed, unknown, type Finding, type Range } from './finding.ts';

/** How long a record is kept. @param lag - the delay of describe: a session has ended before it is seen to have ended */
export function retention({ long: { ended, records }, failures }: Evidence, lag: Range | undefined): Finding {
  if (ended === undefined) return unknown(failures.get('an idle session') ?? 'no ended session was watched');
  const gone = firstWithout(records);
  if (gone === undefined) return unknown(stillThere('it could still be described', records, ended.receivedMs));
  if (records.slice(gone.at).length < AGREEING_ANSWERS || records.slice(gone.at).some(({ value }) => value === true))
    return unknown('it was found, and not found, in turn');
  const lastMs = records[gone.at - 1]?.sentMs ?? ended.receivedMs;
  return measured(lastMs - ended.receivedMs, gone.reading.receivedMs - ended.sentMs + (lag?.atMostMs ?? 0));
}

/** How long the token of a start is remembered. */
export function tokenMemory({ long: { started, ended, repeats }, failures }: Evidence): Finding {
  if (started === undefined || ended === undefined)
    return unknown(failures.get('an idle session') ?? 'no ended session was watched');
  const forgotten = firstWithout(repeats);
  if (forgotten === undefined)
    return unknown(failures.get('a late start') ?? stillThere('it was still remembered', repeats, started.receivedMs));
  const last = repeats[forgotten.at - 1];
  const atLeastMs = last === undefined ? 0 : last.sentMs - started.receivedMs;
  return measured(atLeastMs, forgotten.reading.receivedMs - started.sentMs);
}

/** The status of calls with an expired token. */
export function expiredToken({ long: { expiredStatuses }, failures }: Evidence): Finding {
  const [status, other] = new Set(expiredStatuses);
  if (other !== undefined) return unknown(`it was answered in several ways: ${expiredStatuses.join(', ')}`);
  if (status === undefined || expiredStatuses.length < AGREEING_ANSWERS)
    return unknown(failures.get('an expired token') ?? 'no call with an expired token was answered often enough');
  return observed(status);
}

function firstWithout(
  readings: readonly Reading<boolean>[],
): { readonly at: number; readonly reading: Reading<boolean> } | undefined {
  const at = readings.findIndex(({ value }) => value === false);
  const reading = readings[at];
  return reading && { at, reading };
}

function stillThere(what: string, readings: readonly Reading<boolean>[], fromMs: number): string {
  const last = readings.at(-1);
  return last === undefined ? 'it was not asked' : `${what} after ${Math.floor((last.sentMs - fromMs) / 60_000)} min`;
}
