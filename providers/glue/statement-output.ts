import type { Statement } from '@aws-sdk/client-glue';
import type { CalculationOutput } from '../../src/contract/calculation-runner.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';

/** The parts of an output: what the code printed and the value of its last line are one text in Glue. */
type Part = 'text' | 'traceback';

/** Where the output of a statement is: in the statement. */
export function toOutput({ Id: id, Output: output }: Statement): CalculationOutput {
  const uri = (part: Part): string => `glue-statement:${id ?? ''}#${part}`;
  return {
    ...(output?.Data?.TextPlain !== undefined && {
      stdoutUri: uri('text'),
      resultUri: uri('text'),
      resultType: 'text/plain',
    }),
    ...(output?.Traceback !== undefined && { stderrUri: uri('traceback') }),
  };
}

/** The statement and the part in an address that {@link toOutput} has made. @throws SessionError `not-found` for another one. */
export function parseOutputUri(
  uri: string,
  handle: SessionHandle,
): { readonly statementId: string; readonly part: Part } {
  const [, statementId, part] = /^glue-statement:(\d+)#(text|traceback)$/.exec(uri) ?? [];
  if (statementId !== undefined) return { statementId, part: part as Part };
  const message = `'${uri}' is no address of an output of Glue`;
  throw new SessionError('not-found', message, { operation: 'readCalculation', provider: 'glue', handle });
}

/** A part of the output of a statement. */
export function textOf({ Output: output }: Statement, part: Part): string {
  return (part === 'text' ? output?.Data?.TextPlain : output?.Traceback?.join('\n')) ?? '';
}
