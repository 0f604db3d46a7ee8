import type * as Grpc from '@grpc/grpc-js';

/** The header in which a client lists the compressions that it accepts. */
const ACCEPTED = 'grpc-accept-encoding';

/**
 * Makes a class of metadata that asks for uncompressed messages. `@grpc/grpc-js` offers gzip with every call and has no
 * option against it. Sail accepts the offer, and then spends most of the time of a large result on compression.
 * @see https://github.com/grpc/grpc/blob/master/doc/compression.md (read 2026-11-21)
 */
export function identityEncodingMetadata(grpc: typeof Grpc): new () => Grpc.Metadata {
  return class IdentityEncodingMetadata extends grpc.Metadata {
    override set(key: string, value: Grpc.MetadataValue): void {
      super.set(key, key === ACCEPTED ? 'identity' : value);
    }

    /** A call uses a copy, which must ask for the same. */
    override clone(): Grpc.Metadata {
      const copy = new IdentityEncodingMetadata(this.getOptions());
      copy.merge(super.clone());
      return copy;
    }
  };
}
