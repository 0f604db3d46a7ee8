/** The part of `lz4js` that is used; the package has no types. Its decompressor is not used: damaged bytes make it hang. */
declare module 'lz4js' {
  /** Compresses into one LZ4 frame. */
  export function compress(bytes: Uint8Array): Uint8Array;
}
