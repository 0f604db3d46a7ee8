import { BUILT_IN_PROVIDERS } from '../config/built-in-providers.ts';
import { requirePeer } from '../provider-kit/load-peer.ts';

/** Packages that a first call loads as a whole. Of Google's it takes parts: the whole takes 250 ms more. */
const LOADED_WHOLE = '@aws-sdk/';

/**
 * Loads what the first call of a client needs, while the client itself starts: what serves the call, then the SDK that starts a
 * session. The call that needs a package reports that it is missing.
 * @param isWanted - whether a call may still come
 * @throws what `loaded` fails with.
 */
export async function loadAhead(loaded: Promise<unknown>, provider: string, isWanted: () => boolean): Promise<void> {
  await loaded;
  const builtIn = Object.hasOwn(BUILT_IN_PROVIDERS, provider) ? BUILT_IN_PROVIDERS[provider] : undefined;
  if (builtIn?.runs !== 'sessions') return;
  const { plugin } = await builtIn.load();
  const { packages = [] } = (await plugin.diagnosis?.()) ?? {};
  try {
    for (const name of packages) if (isWanted() && name.startsWith(LOADED_WHOLE)) requirePeer(name);
  } catch {
    return;
  }
}
