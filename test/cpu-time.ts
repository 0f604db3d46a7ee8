/** The processor time that this process has used, in milliseconds. A busy machine does not change what a call takes of it. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
