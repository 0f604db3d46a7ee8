/**
 * Builds an SDK client without its warning about the Node release, which the reader of stderr cannot change.
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
