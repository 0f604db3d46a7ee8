import { ServiceError, type CommonErrors, type EmulatedService, type Operation, type RoutedCall } from '../service.ts';
import { structure, text } from '../shapes.ts';
import { header, type WireAnswer, type WireRequest } from '../wire.ts';
import type { World } from '../world.ts';
import type { StoredObject } from './object-store.ts';

/** The object of every call. */
const AT = structure({ bucket: text(3, 63), key: text(1, 1024) }, ['bucket', 'key']);

type Place = { readonly bucket: string; readonly key: string };

/** What S3 calls need of the request besides the place of the object. */
interface Asked {
  readonly uploadId: string;
  readonly partNumber: number;
  readonly contentType: string;
  readonly bytes: () => Buffer;
}

type Run = (at: Place, asked: Asked) => WireAnswer;

const NOT_FOUND = 404;

/**
 * Amazon S3 as far as lists of runs need it: put objects whole or in parts, get, head and delete them. Every bucket exists, by path
 * and by host.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html (read 2026-11-21)
 */
export function createS3(world: World): EmulatedService {
  const runs = operationsOf(world);
  return {
    id: 's3',
    signingName: 's3',
    protocol: {
      route: (request) => route(request, runs),
      answer: (output) => output as WireAnswer,
      refuse: (error, requestId) => ({
        status: error.httpStatus,
        headers: { 'content-type': 'application/xml', 'x-amz-request-id': requestId, ...error.headers },
        body: xml('Error', { Code: error.code, Message: error.message, RequestId: requestId }),
      }),
    },
    errors: S3_ERRORS,
    sessions: () => [],
  };
}

const S3_ERRORS: CommonErrors = {
  unreadable: (message) => new ServiceError('InvalidRequest', 400, message),
  invalid: (message) => new ServiceError('InvalidArgument', 400, message),
  throttled: () => new ServiceError('SlowDown', 503, 'Please reduce your request rate.'),
  internal: () => new ServiceError('InternalError', 500, 'We encountered an internal error. Please try again.'),
  badSignature: (code, message) => new ServiceError(code, 403, message),
};

function operationsOf({ objects, timeline, random }: World): Readonly<Record<string, Run>> {
  const require = ({ bucket, key }: Place): StoredObject => {
    const object = objects.get(bucket, key);
    if (object === undefined) throw new ServiceError('NoSuchKey', NOT_FOUND, 'The specified key does not exist.');
    return object;
  };
  const about = ({ eTag, contentType, modifiedAtMs }: StoredObject) => ({
    etag: eTag,
    'content-type': contentType,
    'last-modified': new Date(modifiedAtMs).toUTCString(),
  });
  return {
    PutObject: (at, { bytes, contentType }) => {
      const { eTag } = objects.put(at, { bytes: bytes(), contentType, modifiedAtMs: timeline.nowMs() });
      return { status: 200, headers: { etag: eTag }, body: '' };
    },
    GetObject: (at) => {
      const object = require(at);
      return { status: 200, headers: about(object), body: object.bytes.toString('utf8') };
    },
    HeadObject: (at) => ({ status: 200, headers: about(require(at)), body: '' }),
    DeleteObject: ({ bucket, key }) => {
      objects.remove(bucket, key);
      return { status: 204, headers: {}, body: '' };
    },
    CreateMultipartUpload: ({ bucket, key }) => {
      const uploadId = random.hex(32);
      objects.beginUpload(uploadId);
      return answer(xml('InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: uploadId }));
    },
    UploadPart: (_at, { uploadId, partNumber, bytes }) => {
      const eTag = objects.putPart(uploadId, partNumber, bytes());
      if (eTag === undefined) throw noSuchUpload();
      return { status: 200, headers: { etag: eTag }, body: '' };
    },
    CompleteMultipartUpload: (at, { uploadId, contentType }) => {
      const object = objects.completeUpload(uploadId, at, { contentType, modifiedAtMs: timeline.nowMs() });
      if (object === undefined) throw noSuchUpload();
      const { bucket: Bucket, key: Key } = at;
      return answer(xml('CompleteMultipartUploadResult', { Bucket, Key, ETag: object.eTag }));
    },
    AbortMultipartUpload: (_at, { uploadId }) => {
      if (!objects.abortUpload(uploadId)) throw noSuchUpload();
      return { status: 204, headers: {}, body: '' };
    },
  };
}

function route(request: WireRequest, runs: Readonly<Record<string, Run>>): RoutedCall {
  const { method, query } = request;
  const uploads = query.has('uploads');
  const part = query.has('uploadId');
  const names: Readonly<Record<string, string>> = {
    PUT: part ? 'UploadPart' : 'PutObject',
    GET: 'GetObject',
    HEAD: 'HeadObject',
    DELETE: part ? 'AbortMultipartUpload' : 'DeleteObject',
    POST: uploads ? 'CreateMultipartUpload' : 'CompleteMultipartUpload',
  };
  const operation = names[method] ?? '';
  const run = runs[operation];
  if (run === undefined) throw new ServiceError('MethodNotAllowed', 405, `${method} is not allowed here.`);
  const asked: Asked = {
    uploadId: query.get('uploadId') ?? '',
    partNumber: Number(query.get('partNumber') ?? 0),
    contentType: header(request, 'content-type') ?? 'application/octet-stream',
    bytes: () => unchunked(request),
  };
  const definition: Operation = { input: AT, run: (input) => run(input as Place, asked) };
  return { operation, definition, members: () => placeOf(request) };
}

/** The place of the object: the bucket is in the path or a prefix of the host. */
function placeOf(request: WireRequest): Place {
  const [, hosted] = /^(.+)\.(?:localhost|127\.0\.0\.1)(?::\d+)?$/.exec(header(request, 'host') ?? '') ?? [];
  const path = decodeURIComponent(request.path.slice(1));
  if (hosted !== undefined) return { bucket: hosted, key: path };
  const slash = path.indexOf('/');
  return slash < 0 ? { bucket: path, key: '' } : { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
}

function answer(body: string): WireAnswer {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}

function noSuchUpload(): ServiceError {
  return new ServiceError('NoSuchUpload', NOT_FOUND, 'The specified multipart upload does not exist.');
}

function xml(root: string, members: Readonly<Record<string, string>>): string {
  const lines = Object.entries(members).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${lines.join('')}</${root}>`;
}

function escapeXml(value: string): string {
  return value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

/**
 * The bytes of a body. Clients that compute a checksum while they send use chunks, each after its size in hexadecimal, and put the
 * checksum at the end.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html (read 2026-11-21)
 */
function unchunked(request: WireRequest): Buffer {
  const { bytes = Buffer.from(request.body) } = request;
  if (header(request, 'content-encoding')?.includes('aws-chunked') !== true) return bytes;
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16);
    if (lineEnd < 0 || !(size > 0)) return Buffer.concat(chunks);
    const from = lineEnd + 2;
    chunks.push(bytes.subarray(from, from + size));
    at = from + size + 2;
  }
}
