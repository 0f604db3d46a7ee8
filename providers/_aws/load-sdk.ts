import { createRequire } from 'node:module';
import { SessionError } from '../../src/contract/session-error.ts';

const require = createRequire(import.meta.url);

/**
 * Loads an SDK package when it is first needed. By `require`, because `import()` of these packages analyses the same CommonJS
 * build for its export names first and takes half as long again. A failed load is not remembered.
 *
 * @throws SessionError `config-invalid` with the install line when the package is not there.
 */
export function loadSdk(packageName: string): unknown {
  try {
    return require(packageName);
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
    throw new SessionError(
      'config-invalid',
      isMissing
        ? `the package ${packageName} is not installed; run: npm install ${packageName}`
        : `the package ${packageName} cannot be loaded: ${String(cause)}; reinstall it: npm install ${packageName}`,
      { operation: 'loadSdk', cause },
    );
  }
}

/**
 * Builds an SDK client without its warning about the Node release: which release runs is not up to whoever reads our stderr.
 * The switch is the SDK's own and stands only while the constructor runs, so that no child process inherits it.
 */
export function withoutNodeWarning<Client>(build: () => Client): Client {
  const before = process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'];
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  try {
    return build();
  } finally {
    if (before === undefined) delete process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'];
    else process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = before;
  }
}
