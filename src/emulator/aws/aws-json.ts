import { ServiceError, type Operation, type Protocol } from '../service.ts';
import { header } from '../wire.ts';

/** The media type of AWS JSON 1.1. */
const MEDIA_TYPE = 'application/x-amz-json-1.1';

/**
 * AWS JSON 1.1: every call is `POST /`, the operation is in `x-amz-target`, the code of an error in `__type`.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html read 2026-11-20
 */
export function awsJson(targetPrefix: string, operations: Readonly<Record<string, Operation>>): Protocol {
  return {
    route(request) {
      const target = header(request, 'x-amz-target') ?? '';
      const name = target.startsWith(`${targetPrefix}.`) ? target.slice(targetPrefix.length + 1) : '';
      const definition = Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (request.method !== 'POST' || !/^\/*$/.test(request.path) || definition === undefined) {
        throw new ServiceError('UnknownOperationException', 400, `There is no operation '${target}'.`);
      }
      const members = (): unknown => JSON.parse(request.body === '' ? '{}' : request.body);
      return { operation: name, definition, members };
    },
    answer: (output, requestId) => ({
      status: 200,
      headers: { 'content-type': MEDIA_TYPE, 'x-amzn-requestid': requestId },
      body: JSON.stringify(output),
    }),
    refuse: (error, requestId) => ({
      status: error.httpStatus,
      headers: { ...errorHeaders(error, requestId), 'content-type': MEDIA_TYPE },
      body: JSON.stringify({ __type: error.code, ...error.members, Message: error.message }),
    }),
  };
}

/** The headers of an error in both of the AWS JSON protocols. */
export function errorHeaders(error: ServiceError, requestId: string): Readonly<Record<string, string>> {
  return { 'x-amzn-requestid': requestId, 'x-amzn-errortype': error.code, ...error.headers };
}

/** A time in an AWS JSON or REST-JSON body: epoch seconds, with the milliseconds as a fraction. */
export function epochSeconds(atMs: number): number {
  return atMs / 1000;
}
