import { createHash } from 'node:crypto';

export interface StoredObject {
  readonly bytes: Buffer;
  /** Quoted, as in S3: the MD5 of the bytes, or the MD5 of the parts' MD5s and the number of parts. */
  readonly eTag: string;
  readonly contentType: string;
  /** Epoch milliseconds. */
  readonly modifiedAtMs: number;
}

export class ObjectStore {
  readonly #objects = new Map<string, StoredObject>();
  readonly #uploads = new Map<string, Map<number, Buffer>>();

  get(bucket: string, key: string): StoredObject | undefined {
    return this.#objects.get(`${bucket}/${key}`);
  }

  /** The object at `s3://bucket/key`. */
  byUri(uri: string): StoredObject | undefined {
    return this.#objects.get(uri.replace(/^s3:\/\//, ''));
  }

  put(at: { readonly bucket: string; readonly key: string }, object: Omit<StoredObject, 'eTag'>): StoredObject {
    return this.#keep(at, { ...object, eTag: `"${md5(object.bytes).toString('hex')}"` });
  }

  remove(bucket: string, key: string): void {
    this.#objects.delete(`${bucket}/${key}`);
  }

  beginUpload(uploadId: string): void {
    this.#uploads.set(uploadId, new Map());
  }

  /** Stores one part and gives its ETag; undefined when there is no such upload. */
  putPart(uploadId: string, number: number, bytes: Buffer): string | undefined {
    const parts = this.#uploads.get(uploadId);
    parts?.set(number, bytes);
    return parts === undefined ? undefined : `"${md5(bytes).toString('hex')}"`;
  }

  /** Makes an object of an upload's parts; undefined when there is no such upload. */
  completeUpload(
    uploadId: string,
    at: { readonly bucket: string; readonly key: string },
    object: Omit<StoredObject, 'eTag' | 'bytes'>,
  ): StoredObject | undefined {
    const uploaded = this.#uploads.get(uploadId);
    if (uploaded === undefined) return undefined;
    this.#uploads.delete(uploadId);
    const parts = [...uploaded].sort(([left], [right]) => left - right).map(([, bytes]) => bytes);
    const digest = md5(Buffer.concat(parts.map(md5))).toString('hex');
    return this.#keep(at, { ...object, bytes: Buffer.concat(parts), eTag: `"${digest}-${parts.length}"` });
  }

  /** Removes an upload; false when there is none. */
  abortUpload(uploadId: string): boolean {
    return this.#uploads.delete(uploadId);
  }

  #keep({ bucket, key }: { readonly bucket: string; readonly key: string }, object: StoredObject): StoredObject {
    this.#objects.set(`${bucket}/${key}`, object);
    return object;
  }
}

function md5(bytes: Buffer): Buffer {
  return createHash('md5').update(bytes).digest();
}
