import { assertSendable } from '../../provider-kit/sendable-input.ts';
import type { AnyLayer } from './layer.ts';

/** Refuses texts that an engine or a service would cut, before any I/O. */
export function inputCheckLayer(): AnyLayer {
  return (invocation, call, next) => {
    const { operation, handle, input } = invocation;
    assertSendable(operation, handle, 'handle');
    assertSendable(operation, input, 'request');
    return next(call);
  };
}
