import type { Metadata, MetadataValue } from '@grpc/grpc-js';
import type { Grpc } from './load-grpc.ts';

/** The header by which a client says what compressions of messages it reads. */
const ACCEPTED = 'grpc-accept-encoding';

/**
 * Makes the class of metadata that asks for messages as they are. `@grpc/grpc-js` offers gzip with every call and has no option
 * not to; Sail takes the offer, and then spends most of a large result on compressing what Arrow could compress better.
 * @see https://github.com/grpc/grpc/blob/master/doc/compression.md (read 2026-11-21)
 */
export function identityEncodingMetadata(grpc: Grpc): new () => Metadata {
  return class PlainMetadata extends grpc.Metadata {
    override set(key: string, value: MetadataValue): void {
      super.set(key, key === ACCEPTED ? 'identity' : value);
    }

    /** Calls work on a copy, which has to ask for the same. */
    override clone(): Metadata {
      const copy = new PlainMetadata(this.getOptions());
      copy.merge(super.clone());
      return copy;
    }
  };
}
