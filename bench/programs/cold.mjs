// Process start to the first answered look at a session, the way a user writes it: node cold.mjs ENVIRONMENT SESSION_ID
import { callContext, openSessions, systemClock } from 'anysession';

const [environment, id] = process.argv.slice(2);
const sessions = await openSessions({ environment });
const { provider } = sessions;
const handle = { v: 1, provider: provider.id, scope: provider.scope, id };
const { nativeState } = await provider.describe(handle, callContext(systemClock));
console.log(nativeState);
await sessions.close();
